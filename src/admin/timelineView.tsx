import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { placeOfZone } from "../domain/traceWords.ts";
import type { PatientRecord } from "../ledger/patientRecords.ts";
import type { TimelineEntry, TimelinePage } from "../ledger/patientTimeline.ts";
import { clockText, dayText, READING_WORDS, timeText } from "./careWords.ts";
import { reasonWords } from "./eventWords.ts";
import type { Place } from "./guard.ts";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, localText, STATUS_WORDS, type Tone } from "./pieces.tsx";
import type { Names } from "./planWords.ts";

interface TimelineProps {
  place: Place;
  patient: PatientRecord;
  timeline: TimelinePage;
  ahead: readonly TimelineEntry[];
  earlier: boolean;
  names: Names;
  /** The zone of the patient's clocks, in which all times are. */
  zone: string;
}

/** What is to come, the nearest first, and what has been, the newest first: now is where both begin. */
export function Timeline(props: TimelineProps) {
  const { place, patient, timeline, ahead, earlier, zone } = props;
  const { entries, next } = timeline;
  const path = clinicPath(place.clinic.id, `patients/${patient.id}`);
  const coming = ahead.filter(({ status }) => status === "scheduled" || status === "queued");
  const never = ahead.filter((entry) => !coming.includes(entry));
  return (
    <>
      <p class="muted timeline-zone">
        Times are those of {placeOfZone(zone)}
        {zone === place.clinic.timeZone ? "." : ", where the patient is."}
      </p>
      <div class={earlier ? undefined : "columns timelines"}>
        {!earlier && (
          <section aria-labelledby="coming">
            <h2 id="coming">Coming</h2>
            {coming.length === 0 && <Empty>No message is planned.</Empty>}
            <Days {...props} entries={coming} />
          </section>
        )}
        <section aria-labelledby="timeline">
          <h2 id="timeline">So far</h2>
          {earlier && (
            <p>
              <a href={`${path}#timeline`}>To the newest</a>
            </p>
          )}
          {entries.length === 0 && <Empty>Nothing was sent or received.</Empty>}
          <Days {...props} entries={entries} />
          {next !== null && (
            <p>
              <a href={`${path}?before=${next.at.toISOString()}_${next.kind}_${next.id}#timeline`}>
                Earlier
              </a>
            </p>
          )}
        </section>
        {never.length > 0 && (
          <section aria-labelledby="never">
            <h2 id="never">Will not be sent</h2>
            <Days {...props} entries={never} />
          </section>
        )}
      </div>
    </>
  );
}

/** Lines day by day, in the order in which they are given. */
function Days({ entries, ...props }: TimelineProps & { entries: readonly TimelineEntry[] }) {
  const { zone } = props;
  return byDay(entries, zone).map(({ day, lines }) => (
    <section key={day} class="day">
      <h3>{day}</h3>
      <ol class="timeline">
        {lines.map((entry) => (
          <li key={`${entry.kind} ${entry.id}`} class={entry.kind}>
            <time dateTime={entry.at.toISOString()} title={zone}>
              {clockText(entry.at, zone)}
            </time>
            <div>
              <Line {...props} entry={entry} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  ));
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

interface LineProps extends Pick<TimelineProps, "place" | "names" | "zone"> {
  entry: TimelineEntry;
}

function Line(props: LineProps) {
  const { entry, names, place } = props;
  const channel = entry.channel === null ? "" : CHANNEL_WORDS[entry.channel].one;
  switch (entry.kind) {
    case "treatment":
      return (
        <>
          <a id={lineId(entry)} href={clinicPath(place.clinic.id, `treatments/${entry.id}`)}>
            {names.treatment(entry.protocol ?? "")}
          </a>{" "}
          was done
          {entry.status === "cancelled" && " (cancelled)"}
        </>
      );
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
          <Receipts {...props} />
        </>
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

/** When the provider said what of a message, to the second; its badge has only the last of it. */
function Receipts({ entry: { at, receipts }, zone }: LineProps) {
  if (receipts.length === 0) return null;
  const day = dayText(at, zone);
  const said = receipts.map((receipt) => {
    const word = STATUS_WORDS[receipt.status as ReminderStatus]?.word ?? receipt.status;
    const when =
      dayText(receipt.at, zone) === day ? timeText(receipt.at, zone) : localText(receipt.at, zone);
    return `${word} ${when}${receipt.code === null ? "" : ` (code ${receipt.code})`}`;
  });
  return <small class="muted receipts">{said.join(", ")}</small>;
}

function StepLink({ entry, place, names }: LineProps) {
  if (entry.reminderId === null || entry.protocol === null || entry.step === null) return null;
  return (
    <a id={lineId(entry)} href={clinicPath(place.clinic.id, `reminders/${entry.reminderId}`)}>
      {names.message(entry.protocol, entry.step)}
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
