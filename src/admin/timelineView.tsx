import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { placeOfZone } from "../domain/traceWords.ts";
import type { PatientRecord } from "../ledger/patientRecords.ts";
import type { TimelineEntry, TimelinePage } from "../ledger/patientTimeline.ts";
import { clockText, dayText, READING_WORDS, stepWords } from "./careWords.ts";
import { reasonWords } from "./eventWords.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, STATUS_WORDS, type Tone } from "./pieces.tsx";

interface TimelineProps {
  place: Place;
  patient: PatientRecord;
  timeline: TimelinePage;
  earlier: boolean;
  protocols: ReadonlyMap<string, Protocol>;
  /** The zone of the patient's clocks, in which all times are. */
  zone: string;
  now: Date;
}

/** Everything planned, sent, received and replied, day by day, the newest first. */
export function Timeline({
  place,
  patient,
  timeline,
  earlier,
  protocols,
  zone,
  now,
}: TimelineProps) {
  const { entries, next } = timeline;
  const path = clinicPath(place.clinic.id, `patients/${patient.id}`);
  const days = byDay(entries, zone);
  // Between what is planned and what was: not where an earlier page begins in the past.
  const past = entries.find(({ at }) => at <= now);
  const turn = past === entries[0] ? undefined : past;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <p class="muted">
        The newest first, what is planned included. Times are those of {placeOfZone(zone)}
        {zone === place.clinic.timeZone ? "." : ", where the patient is."}
      </p>
      {earlier && (
        <p>
          <a href={`${path}#timeline`}>To the newest</a>
        </p>
      )}
      {entries.length === 0 && <Empty>Nothing was planned, sent or received.</Empty>}
      {days.map(({ day, lines }) => (
        <section key={day} class="day">
          <h3>{day}</h3>
          <ol class="timeline">
            {lines.map((entry) => (
              <li
                key={`${entry.kind} ${entry.id}`}
                class={`${entry.kind}${entry.at > now ? " ahead" : ""}${entry === turn ? " turn" : ""}`}
              >
                {entry === turn && <strong class="now">Now: what is above is still to come</strong>}
                <time dateTime={entry.at.toISOString()} title={zone}>
                  {clockText(entry.at, zone)}
                </time>
                <div>
                  <Line entry={entry} place={place} protocols={protocols} now={now} />
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {next !== null && (
        <p>
          <a href={`${path}?before=${next.at.toISOString()}_${next.kind}_${next.id}#timeline`}>
            Earlier
          </a>
        </p>
      )}
    </section>
  );
}

function byDay(entries: readonly TimelineEntry[], zone: string) {
  const days: { day: string; lines: TimelineEntry[] }[] = [];
  for (const entry of entries) {
    const day = dayText(entry.at, zone);
    const last = days.at(-1);
    if (last?.day === day) last.lines.push(entry);
    else days.push({ day, lines: [entry] });
  }
  return days;
}

interface LineProps {
  entry: TimelineEntry;
  place: Place;
  protocols: ReadonlyMap<string, Protocol>;
  now: Date;
}

function Line(props: LineProps) {
  const { entry, protocols, place } = props;
  const channel = entry.channel === null ? "" : CHANNEL_WORDS[entry.channel].one;
  switch (entry.kind) {
    case "treatment": {
      const { title = entry.name } = protocols.get(entry.name ?? "") ?? {};
      return (
        <>
          <a id={lineId(entry)} href={clinicPath(place.clinic.id, `treatments/${entry.id}`)}>
            {title}
          </a>{" "}
          was done
          {entry.status === "cancelled" && " (cancelled)"}
        </>
      );
    }
    case "reminder":
      return (
        <>
          <Word status={entry.status} /> <StepLink {...props} />, {channel}
          {entry.code !== null && <small class="muted"> {reasonWords(entry.code)}</small>}
        </>
      );
    case "attempt":
      return (
        <>
          <Word status={entry.status} /> <StepLink {...props} />, {channel}
          {entry.code !== null && <small class="muted"> {reasonWords(entry.code)}</small>}
          <Words entry={entry} />
        </>
      );
    case "receipt":
      return (
        <small class="muted">
          The provider said of <StepLink {...props} />: {entry.status}
          {entry.code !== null && ` (code ${entry.code})`}
        </small>
      );
    case "inbound":
      return <Reply {...props} />;
    default:
      return entry.kind satisfies never;
  }
}

/** By it the browser finds what had the focus, where the timeline is drawn anew. */
function lineId({ kind, id }: TimelineEntry): string {
  return `line-${kind}-${id}`;
}

function Word({ status }: { status: string }) {
  const known = STATUS_WORDS[status as ReminderStatus] as { word: string; tone: Tone } | undefined;
  return <Badge tone={known?.tone ?? "plain"}>{known?.word ?? status}</Badge>;
}

function StepLink({ entry, place }: LineProps) {
  if (entry.reminderId === null || entry.name === null) return null;
  return (
    <a id={lineId(entry)} href={clinicPath(place.clinic.id, `reminders/${entry.reminderId}`)}>
      {stepWords(entry.name)}
    </a>
  );
}

/** What went out: a text as it is, of an email its subject, with the rest to be opened. */
function Words({ entry }: { entry: TimelineEntry }) {
  const { channel, subject, text } = entry;
  if (text === null) return null;
  if (channel !== "email") return <blockquote dir="auto">{text}</blockquote>;
  return (
    // What somebody has opened stays open where the timeline is drawn anew: the words stay the same.
    <details id={`${lineId(entry)}-words`} hx-preserve="">
      <summary>
        <Given>{subject ?? "The email"}</Given>
      </summary>
      <pre dir="auto">{text}</pre>
    </details>
  );
}

function Reply(props: LineProps) {
  const { entry } = props;
  const reading = READING_WORDS[entry.status as keyof typeof READING_WORDS] as string | undefined;
  const alarming = entry.code === "alarm";
  return (
    <>
      <Badge tone={alarming ? "bad" : entry.status === "stop" ? "warn" : "plain"}>
        the patient {reading ?? "wrote"}
      </Badge>{" "}
      {alarming && entry.status !== "alarm" && <Badge tone="bad">alarming</Badge>}{" "}
      {entry.reminderId !== null && (
        <small class="muted">
          after <StepLink {...props} />
        </small>
      )}
      <blockquote dir="auto">{entry.text}</blockquote>
      {entry.answer !== null && (
        <small class="muted">
          answered at once: <bdi>{entry.answer}</bdi>
        </small>
      )}
    </>
  );
}
