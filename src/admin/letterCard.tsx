import type { Content } from "../content/content.ts";
import { hasQuestion } from "../domain/command.ts";
import type { Letter, Person } from "../ledger/letters.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { Badge, Given, LocalTime, localText, type Tone } from "./pieces.tsx";
import { namesFor } from "./planWords.ts";

interface LetterProps {
  letter: Letter;
  place: Place;
  content: Content;
  /** The names of those who have handled something, by actor. */
  names?: ReadonlyMap<string, string>;
  /** Whether it came while the page was open. */
  fresh?: boolean;
  /** The level of its heading. */
  level?: 2 | 3;
}

/** One text of a patient: who, what, what was made of it, and what is to be done. */
export function LetterCard({ letter, place, content, names, fresh, level = 3 }: LetterProps) {
  const { clinic } = place;
  const { word, tone } = readAs(letter);
  const [person] = letter.people;
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <article class={`letter card ${letter.alarm ? "alarm" : ""}`} id={`letter-${letter.id}`}>
      <input type="hidden" name="shown" value={letter.id} />
      <header>
        <Heading>
          {person === undefined ? (
            "Somebody unknown"
          ) : (
            <a href={clinicPath(clinic.id, `patients/${person.id}`)}>
              <Given>{person.firstName}</Given>
            </a>
          )}
        </Heading>
        <Badge tone={tone}>{word}</Badge>
        {fresh && <Badge tone="plain">new</Badge>}
      </header>
      <p class="when">
        <LocalTime at={letter.receivedAt} zone={clinic.timeZone} />
        {theirTime(letter.receivedAt, person, clinic.timeZone)} ·{" "}
        <a href={`tel:${letter.from}`}>
          <span class="hidden">Call </span>
          <bdi>{letter.from}</bdi>
        </a>
        {letter.patient?.externalId && (
          <>
            {" "}
            · <Given>{letter.patient.externalId}</Given>
          </>
        )}
      </p>
      {letter.text.trim() === "" ? (
        <p class="none">No words</p>
      ) : (
        <blockquote class="said" dir="auto">
          {letter.text}
        </blockquote>
      )}
      <Others letter={letter} place={place} />
      <Story letter={letter} content={content} place={place} />
      <Pause letter={letter} zone={clinic.timeZone} />
      {letter.handledAt === null ? (
        <Handle letter={letter} place={place} />
      ) : (
        <>
          <p class="when">
            Handled {handler(letter.handledBy, names)},{" "}
            <LocalTime at={letter.handledAt} zone={clinic.timeZone} />
          </p>
          <Resume letter={letter} place={place} />
        </>
      )}
    </article>
  );
}

/** In scripts that the program does not read; staff are shown one question too many rather. */
const QUESTION_MARK = /[?¿؟？]/;

/** How a text was read, in words. */
function readAs({ reading, alarm, text }: Letter): { word: string; tone: Tone } {
  switch (reading) {
    case "alarm":
      return { word: "Alarm", tone: "bad" };
    case "answer":
      return alarm
        ? { word: "Alarm: not well, says the answer", tone: "bad" }
        : { word: "Answer: all is well", tone: "good" };
    case "stop":
      return { word: "Stop: no more texts", tone: "warn" };
    case "start":
      return { word: "Start: texts again", tone: "plain" };
    case "help":
      return { word: "Asks for help", tone: "plain" };
    case "reply":
      return hasQuestion(text) || QUESTION_MARK.test(text)
        ? { word: "Question", tone: "warn" }
        : { word: "Message", tone: "plain" };
  }
}

/** Of `15:30`, with which the text of a time ends. */
const TIME_LENGTH = 5;

/** The time by the patient's clocks, where they show another than the clinic's. */
function theirTime(at: Date, person: Person | undefined, zone: string): string {
  const theirs = person?.timeZone ?? zone;
  const [local, here] = [localText(at, theirs), localText(at, zone)];
  if (local === here) return "";
  const sameDay = local.slice(0, -TIME_LENGTH) === here.slice(0, -TIME_LENGTH);
  return ` (${sameDay ? local.slice(-TIME_LENGTH) : local} for the patient)`;
}

/** Who else has the number: any of them can have written. */
function Others({ letter, place }: Pick<LetterProps, "letter" | "place">) {
  const [, ...others] = letter.people;
  if (others.length === 0) return null;
  return (
    <p>
      The same number belongs to{" "}
      {others.map(({ id, firstName }, index) => (
        <>
          {index > 0 && ", "}
          <a key={id} href={clinicPath(place.clinic.id, `patients/${id}`)}>
            <Given>{firstName}</Given>
          </a>
        </>
      ))}
      : ask who has written.
    </p>
  );
}

/** What it answers, and what it was answered with. */
function Story({ letter, content, place: { clinic } }: LetterProps) {
  const { answered, answer } = letter;
  return (
    <div class="story">
      {answered === null ? (
        <p>No message of ours came before it.</p>
      ) : (
        <>
          <p>
            Most likely answers our message “
            {namesFor(content, clinic).message(answered.protocol, answered.step)}”
            {answered.sentAt && (
              <>
                {" "}
                of <LocalTime at={answered.sentAt} zone={clinic.timeZone} />
              </>
            )}
            .
          </p>
          {answered.words !== null && (
            <details>
              <summary>What we had written</summary>
              <blockquote dir="auto">{answered.words}</blockquote>
            </details>
          )}
        </>
      )}
      {answer === null ? (
        <p>The program answered nothing.</p>
      ) : (
        <>
          <p>The program answered at once:</p>
          <blockquote dir="auto">{answer}</blockquote>
        </>
      )}
    </div>
  );
}

function pausedOf({ people }: Letter): Person[] {
  return people.filter(({ pausedAt }) => pausedAt !== null);
}

function Pause({ letter, zone }: { letter: Letter; zone: string }) {
  const paused = pausedOf(letter);
  const [first] = paused;
  if (first?.pausedAt === undefined || first.pausedAt === null) return null;
  return (
    <p class="paused">
      <Badge tone="warn">permissions paused</Badge> Since{" "}
      <LocalTime at={first.pausedAt} zone={zone} /> no message tells <Names people={paused} /> that
      something is allowed again.
    </p>
  );
}

function Names({ people }: { people: readonly Person[] }) {
  return (
    <>
      {people.map(({ id, firstName }, index) => (
        <>
          {index > 0 && (index === people.length - 1 ? " and " : ", ")}
          <Given key={id}>{firstName}</Given>
        </>
      ))}
    </>
  );
}

/** The form that marks an open text as handled. */
function Handle({ letter, place }: Pick<LetterProps, "letter" | "place">) {
  const paused = pausedOf(letter);
  const mayResume = letter.alarm && paused.length > 0;
  return (
    <form method="post" action={actionOf(letter, place)} class="handle">
      {mayResume && place.role === "admin" && (
        <label>
          <input type="checkbox" name="resume" value="yes" />
          Let the permissions of <Names people={paused} /> go on: what is still in time is sent, as
          long as no other alarm of theirs is open.
        </label>
      )}
      {mayResume && (
        <p class="hint">
          {place.role === "admin"
            ? "Without the tick they stay paused, and you can let them go on later."
            : "Their permissions stay paused until an admin lets them go on."}
        </p>
      )}
      <button type="submit" class={letter.alarm ? "primary" : "secondary"}>
        Mark as handled
        <About letter={letter} />
      </button>
    </form>
  );
}

/** The form that ends a pause which outlived its alarm. */
function Resume({ letter, place }: Pick<LetterProps, "letter" | "place">) {
  const paused = pausedOf(letter);
  if (!letter.alarm || paused.length === 0) return null;
  if (place.role !== "admin") return <p class="hint">An admin can let the permissions go on.</p>;
  return (
    <form method="post" action={actionOf(letter, place)} class="handle">
      <input type="hidden" name="show" value="handled" />
      <input type="hidden" name="resume" value="yes" />
      <p class="hint">
        What is still in time is sent to <Names people={paused} />, as long as no other alarm of
        theirs is open.
      </p>
      <button type="submit" class="secondary">
        Let the permissions go on
        <About letter={letter} />
      </button>
    </form>
  );
}

/** Tells the buttons of a page apart for who only hears them. */
function About({ letter }: { letter: Letter }) {
  const name = letter.people[0]?.firstName;
  return (
    <span class="hidden">
      : the message of <bdi>{name ?? letter.from}</bdi>
    </span>
  );
}

function actionOf(letter: Letter, { clinic }: Place): string {
  return `${clinicPath(clinic.id, "inbox")}/${letter.id}/handled`;
}

/** Who has handled it, as a reader of the page knows them. */
function handler(actor: string | null, names: ReadonlyMap<string, string> | undefined) {
  const name = names?.get(actor ?? "");
  if (name !== undefined) {
    return (
      <>
        by <bdi>{name}</bdi>
      </>
    );
  }
  return actor === "program" ? "by the program" : "by the clinic's software";
}
