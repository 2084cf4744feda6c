import type { VNode } from "preact";
import type { PageWords } from "../../content/pageWords.ts";
import type { Release, Timeline } from "../../domain/timeline.ts";
import { Icon } from "./icon.tsx";
import type { Times } from "./times.ts";

interface CardsProps {
  words: PageWords;
  times: Times;
  timeline: Timeline;
}

/** What holds now: what has to wait, what has not any more, and what only a practitioner can say. */
export function Cards({ words, times, timeline }: CardsProps) {
  const { releases, withdrawn, askFirst } = timeline;
  const waiting = releases.filter(({ over, held }) => !over || held);
  const over = releases.filter((each) => each.over && !each.held);
  return (
    <div class={askFirst.length > 0 ? "cards" : "cards two"}>
      <section class="card wait" aria-labelledby="wait">
        <h2 id="wait">
          <Icon shape="wait" />
          {words.say("wait")}
        </h2>
        <Entries none={words.say("nothingToWait")}>
          {[
            ...(withdrawn.length > 0
              ? [<Withdrawn key="withdrawn" topics={withdrawn} words={words} />]
              : []),
            ...waiting.map((release) => (
              <Waiting key={keyOf(release)} release={release} words={words} times={times} />
            )),
          ]}
        </Entries>
      </section>
      <section class="card over" aria-labelledby="over">
        <h2 id="over">
          <Icon shape="over" />
          {words.say("over")}
        </h2>
        <Entries none={words.say("nothingOver")}>
          {over.map((release) => (
            <Over key={keyOf(release)} release={release} words={words} times={times} />
          ))}
        </Entries>
      </section>
      {askFirst.length > 0 && (
        <section class="card ask" aria-labelledby="ask">
          <h2 id="ask">
            <Icon shape="ask" />
            {words.say("ask")}
          </h2>
          <Topics topics={askFirst} words={words} dots />
          <p>{words.say("askText")}</p>
        </section>
      )}
    </div>
  );
}

/** A list, or the sentence that says that it is empty. */
export function Entries({ none, children }: { none: string; children: VNode[] }) {
  if (children.length === 0) return <p>{none}</p>;
  return (
    <ul class="entries" role="list">
      {children}
    </ul>
  );
}

interface EntryProps {
  release: Release;
  words: PageWords;
  times: Times;
}

/** A time that has come is not told where the clinic has to speak first: it would read as a yes. */
function Waiting({ release, words, times }: EntryProps) {
  return (
    <li>
      <Topics topics={release.topics} words={words} />
      {!release.over && (
        <p class="soft">
          <time dateTime={release.at.toISOString()}>
            {words.say("until", { time: times.short(release.at) })}
          </time>
        </p>
      )}
      {release.held && <p>{words.say("held")}</p>}
    </li>
  );
}

function Withdrawn({ topics, words }: { topics: readonly string[]; words: PageWords }) {
  return (
    <li>
      <Topics topics={topics} words={words} />
      <p>{words.say("held")}</p>
    </li>
  );
}

function Over({ release, words, times }: EntryProps) {
  return (
    <li>
      <Topics topics={release.topics} words={words} />
      <p>{words.permitted(release.protocol, release.step)}</p>
      <p class="soft small">
        <time dateTime={release.at.toISOString()}>
          {words.say("since", { time: times.short(release.at) })}
        </time>
      </p>
    </li>
  );
}

interface TopicsProps {
  topics: readonly string[];
  words: PageWords;
  dots?: boolean;
}

function Topics({ topics, words, dots = false }: TopicsProps) {
  return (
    <ul class={dots ? "topics dots" : "topics"} role="list">
      {topics.map((topic) => (
        <li key={topic}>
          <span>{words.topic(topic)}</span>
        </li>
      ))}
    </ul>
  );
}

const keyOf = ({ treatmentId, step, topics }: Release) => `${treatmentId} ${step} ${topics[0]}`;
