import type { PageWords } from "../../content/pageWords.ts";
import type { Release, Timeline } from "../../domain/timeline.ts";
import type { Times } from "./times.ts";

interface TimelineListProps {
  words: PageWords;
  times: Times;
  timeline: Timeline;
  now: Date;
}

type Entry =
  | { at: Date; kind: "treatment"; name: string }
  | { at: Date; kind: "release"; release: Release };

/** Treatments and the ends of waiting times in order, with a line between what was and what comes. */
export function TimelineList({ words, times, timeline, now }: TimelineListProps) {
  const treatments = timeline.treatments.map(({ performedAt, protocol, title }): Entry => {
    return { at: performedAt, kind: "treatment", name: words.treatment(protocol, title) };
  });
  const releases = timeline.releases.map((release): Entry => {
    return { at: release.at, kind: "release", release };
  });
  const entries = [...treatments, ...releases].sort((a, b) => a.at.getTime() - b.at.getTime());
  const show = (entry: Entry) => (
    <EntryItem
      key={keyOf(entry)}
      entry={entry}
      words={words}
      times={times}
      past={entry.at <= now}
    />
  );
  if (entries.length === 0) return null;
  return (
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">{words.say("timeline")}</h2>
      <ol class="line" role="list">
        {entries.filter(({ at }) => at <= now).map(show)}
        <li class="now" aria-current="time">
          <p>
            <time dateTime={now.toISOString()}>
              {words.say("nowAt", { time: times.short(now) })}
            </time>
          </p>
        </li>
        {entries.filter(({ at }) => at > now).map(show)}
      </ol>
    </section>
  );
}

interface EntryProps {
  entry: Entry;
  words: PageWords;
  times: Times;
  past: boolean;
}

function EntryItem({ entry, words, times, past }: EntryProps) {
  const when = (
    <time class="when" dateTime={entry.at.toISOString()}>
      {times.short(entry.at)}
    </time>
  );
  if (entry.kind === "treatment") {
    return (
      <li class="past">
        {when}
        <h3>{entry.name}</h3>
      </li>
    );
  }
  const { topics, held } = entry.release;
  const tag = held ? "held" : past ? "ended" : "ends";
  return (
    <li class={held && past ? "past stopped" : past ? "past" : "ahead"}>
      {when}
      <h3>{topics.map((topic) => words.topic(topic)).join(" · ")}</h3>
      <p class="tag">{words.say(tag)}</p>
    </li>
  );
}

function keyOf(entry: Entry): string {
  if (entry.kind === "treatment") return `treatment ${entry.at.getTime()}`;
  const { treatmentId, step, topics } = entry.release;
  return `${treatmentId} ${step} ${topics[0]}`;
}
