import type { ComponentChildren } from "preact";
import type { Content } from "../content/content.ts";
import type { Letter } from "../ledger/letters.ts";
import type { Place } from "./guard.ts";
import { OpenAlarms, Page } from "./layout.tsx";
import { LetterCard } from "./letterCard.tsx";
import { clinicPath } from "./paths.ts";
import { Empty, LiveOff, Notice } from "./pieces.tsx";

/** What marking something as handled can have come to. */
export const HANDLED_CODES = ["handled", "paused", "resumed", "kept", "before"] as const;

export type HandledCode = (typeof HANDLED_CODES)[number];

interface InboxProps {
  place: Place;
  content: Content;
  letters: readonly Letter[];
  /** The names of those who have handled something, by actor. */
  names: ReadonlyMap<string, string>;
  show: "open" | "handled";
  /** Whether this is the beginning of the list, where new texts belong. */
  first: boolean;
  next: string | null;
  /** What came before is no news, in milliseconds since 1970. */
  since: number;
  did: { code: HandledCode; count: number } | null;
}

/** What patients have written. */
export function Inbox({ place, show, next, did, ...rest }: InboxProps) {
  const path = clinicPath(place.clinic.id, "inbox");
  return (
    <Page title="Inbox" place={place} visitor={place.visitor} current="inbox">
      {did && <Did {...did} />}
      <nav class="tabs" aria-label="Which messages">
        <a href={path} aria-current={show === "open" ? "true" : undefined}>
          Open
        </a>
        <a href={`${path}?show=handled`} aria-current={show === "handled" ? "true" : undefined}>
          Handled
        </a>
      </nav>
      {show === "open" ? <Open place={place} {...rest} /> : <Handled place={place} {...rest} />}
      {next && (
        <p class="actions">
          <a role="button" class="secondary" href={`${path}?show=${show}&before=${next}`}>
            Earlier ones
          </a>
        </p>
      )}
    </Page>
  );
}

type Parts = Pick<InboxProps, "place" | "content" | "letters" | "names" | "first" | "since">;

function Open({ place, content, letters, first, since }: Parts) {
  const cards = (alarm: boolean) =>
    letters
      .filter((letter) => letter.alarm === alarm)
      .map((letter) => (
        <LetterCard key={letter.id} letter={letter} place={place} content={content} />
      ));
  const [alarms, others] = [cards(true), cards(false)];
  if (!first) {
    return (
      <>
        {alarms.length > 0 && <Letters name="alarms" title="Alarms" cards={alarms} />}
        {others.length > 0 && <Letters name="others" title="Other messages" cards={others} />}
        {letters.length === 0 && <Empty>There is nothing more.</Empty>}
      </>
    );
  }
  return (
    <>
      <div data-live="on">
        <LiveOff />
        <div
          id="inbox-news"
          hx-post={`${clinicPath(place.clinic.id, "inbox")}/news`}
          hx-trigger="every 10s"
          hx-include="#inbox-since, input[name=shown]"
          hx-swap="innerHTML"
        />
      </div>
      <input type="hidden" id="inbox-since" name="since" value={since} />
      <Letters name="alarms" title="Alarms" cards={alarms} none="No alarm is open." />
      <Letters
        name="others"
        title="Other messages"
        cards={others}
        none="Nothing else waits for an answer. What patients text appears here by itself."
      />
    </>
  );
}

function Handled({ place, content, letters, names }: Parts) {
  if (letters.length === 0) {
    return (
      <Empty>
        Nothing has been handled yet. What somebody marks as handled is kept here, and so is what
        the program has settled itself, such as STOP.
      </Empty>
    );
  }
  return (
    <div class="letters">
      {letters.map((letter) => (
        <LetterCard
          key={letter.id}
          letter={letter}
          place={place}
          content={content}
          names={names}
          level={2}
        />
      ))}
    </div>
  );
}

/** A list that says what it lacks for as long as nothing has been put into it. */
function Letters({
  name,
  title,
  cards,
  none,
}: {
  name: string;
  title: string;
  cards: ComponentChildren[];
  none?: string;
}) {
  return (
    <section aria-labelledby={`inbox-${name}-title`}>
      <h2 id={`inbox-${name}-title`}>{title}</h2>
      <div class="letters" id={`inbox-${name}`}>
        {cards}
      </div>
      {none !== undefined && <Empty>{none}</Empty>}
    </section>
  );
}

/** What has come since the page was loaded: says so, and puts it at the head of its list. */
export function News({
  place,
  content,
  letters,
}: {
  place: Place;
  content: Content;
  letters: readonly Letter[];
}) {
  const alarms = letters.filter(({ alarm }) => alarm);
  const others = letters.filter(({ alarm }) => !alarm);
  const counts = [
    ...(alarms.length > 0 ? [counted(alarms.length, "new alarm")] : []),
    ...(others.length > 0 ? [counted(others.length, "new message")] : []),
  ];
  const [newest] = [...alarms, ...others];
  return (
    <>
      <Notice tone={alarms.length > 0 ? "bad" : "good"}>
        <p>
          <strong>{counts.join(" and ")}.</strong>{" "}
          {alarms.length > 0 && "Somebody may need a call now. "}
          <a href={`#letter-${newest?.id}`}>Show</a>
        </p>
      </Notice>
      <Added to="alarms" letters={alarms} place={place} content={content} />
      <Added to="others" letters={others} place={place} content={content} />
      <OpenAlarms count={place.openAlarms} fresh />
    </>
  );
}

function Added({
  to,
  letters,
  place,
  content,
}: {
  to: string;
  letters: readonly Letter[];
  place: Place;
  content: Content;
}) {
  if (letters.length === 0) return null;
  return (
    <div hx-swap-oob={`afterbegin:#inbox-${to}`}>
      {letters.map((letter) => (
        <LetterCard key={letter.id} letter={letter} place={place} content={content} fresh />
      ))}
    </div>
  );
}

function Did({ code, count }: { code: HandledCode; count: number }) {
  switch (code) {
    case "handled":
      return <Notice tone="good">Marked as handled.</Notice>;
    case "paused":
      return (
        <Notice tone="warn">
          Marked as handled. The patient's permissions are still paused: an admin can let them go on
          under Handled.
        </Notice>
      );
    case "resumed":
      return (
        <Notice tone="good">
          The permissions go on.{" "}
          {count === 0
            ? "None that was held back is still in time, so nothing is sent for them."
            : `${counted(count, "message")} that had been held back will be sent.`}
        </Notice>
      );
    case "kept":
      return (
        <Notice tone="warn">
          It is handled, but the permissions stay paused: {counted(count, "other alarm")} of the
          same people {count === 1 ? "is" : "are"} still open. Handle{" "}
          {count === 1 ? "that one" : "those"} first, then let them go on.
        </Notice>
      );
    case "before":
      return <Notice tone="plain">It had been handled already. Nothing was changed.</Notice>;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
