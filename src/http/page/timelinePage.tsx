import type { PageWords } from "../../content/pageWords.ts";
import type { Timeline, Upcoming } from "../../domain/timeline.ts";
import type { ChannelChoice } from "../../ledger/patientPages.ts";
import { Cards, Entries } from "./cards.tsx";
import { Choices } from "./choices.tsx";
import { type ClinicOnPage, documentHtml, PhoneLink } from "./document.tsx";
import { TimelineList } from "./timelineList.tsx";
import type { Times } from "./times.ts";

/** The words of a step, as HTML that the content has made and escaped. */
export interface StepWords {
  key: string;
  html: string;
  locale: string;
}

export interface TimelinePageProps {
  words: PageWords;
  times: Times;
  token: string;
  firstName: string;
  clinic: ClinicOnPage;
  /** The patient told of an alarming sign that the clinic has not settled yet. */
  permissionsPaused: boolean;
  timeline: Timeline;
  normal: readonly StepWords[];
  instructions: readonly StepWords[];
  channels: readonly ChannelChoice[];
  now: Date;
}

const BY = { sms: "bySms", email: "byEmail" } as const;

/** The patient's own page as HTML. */
export function timelineHtml(props: TimelinePageProps): string {
  const { words, times, clinic, now } = props;
  return documentHtml({
    words,
    title: words.say("title"),
    clinic,
    foot: <p class="soft small">{words.say("times", { zone: times.zone(now) })}</p>,
    children: <Page {...props} />,
  });
}

function Page(props: TimelinePageProps) {
  const { words, times, token, firstName, clinic, timeline, normal, channels, now } = props;
  return (
    <>
      <p class="hello">{words.say("greeting", { name: firstName })}</p>
      <h1>{words.say("title")}</h1>
      {timeline.treatments.map(({ id, protocol, title, performedAt }) => (
        <p class="treated" key={id}>
          <time dateTime={performedAt.toISOString()}>
            {words.say("treated", {
              treatment: words.treatment(protocol, title),
              time: times.long(performedAt),
            })}
          </time>
        </p>
      ))}
      {props.permissionsPaused && <Held words={words} clinic={clinic} />}
      <Cards words={words} times={times} timeline={timeline} />
      <div class="columns">
        <div class="column">
          <Words id="normal" title={words.say("normal")} all={normal} />
          <TimelineList words={words} times={times} timeline={timeline} now={now} />
          {timeline.releases.length > 0 && <Calendar words={words} token={token} />}
        </div>
        <div class="column">
          <Messages words={words} times={times} upcoming={timeline.upcoming} />
          <Choices words={words} token={token} channels={channels} />
        </div>
      </div>
      <Words id="instructions" title={words.say("instructions")} all={props.instructions} />
    </>
  );
}

function Words({ id, title, all }: { id: string; title: string; all: readonly StepWords[] }) {
  if (all.length === 0) return null;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {all.map(({ key, html, locale }) => (
        <div class="words" key={key} lang={locale} dangerouslySetInnerHTML={{ __html: html }} />
      ))}
    </section>
  );
}

function Calendar({ words, token }: { words: PageWords; token: string }) {
  return (
    <div class="calendar">
      <a class="button strong" href={`${token}.ics`} rel="nofollow">
        {words.say("calendar")}
      </a>
      <p class="soft small row">{words.say("calendarText")}</p>
      <p class="soft small row">{words.say("calendarChanges")}</p>
    </div>
  );
}

function Held({ words, clinic }: { words: PageWords; clinic: ClinicOnPage }) {
  return (
    <section class="held" aria-labelledby="held">
      <h2 id="held">{words.say("heldTitle")}</h2>
      <p>{words.say("heldText")}</p>
      {clinic.phone !== null && (
        <p>
          <PhoneLink phone={clinic.phone} />
        </p>
      )}
    </section>
  );
}

interface MessagesProps {
  words: PageWords;
  times: Times;
  upcoming: readonly Upcoming[];
}

function Messages({ words, times, upcoming }: MessagesProps) {
  return (
    <section class="card" aria-labelledby="upcoming">
      <h2 id="upcoming">{words.say("upcoming")}</h2>
      <Entries none={words.say("noUpcoming")}>
        {upcoming.map(({ at, topics, channels }) => (
          <li key={`${at.getTime()} ${topics.join(" ")}`}>
            <p class="when">
              <time dateTime={at.toISOString()}>{times.short(at)}</time>
              {channels.map((channel) => ` · ${words.say(BY[channel])}`)}
            </p>
            <p>
              {words.say("about", { topics: topics.map((topic) => words.topic(topic)).join(", ") })}
            </p>
          </li>
        ))}
      </Entries>
      {upcoming.length > 0 && <p class="soft small">{words.say("upcomingText")}</p>}
    </section>
  );
}
