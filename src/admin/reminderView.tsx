import type { Content } from "../content/content.ts";
import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { PastPause } from "../domain/channelState.ts";
import type { MessageContent } from "../domain/message.ts";
import type { Refusal } from "../domain/replay.ts";
import { firstDue, placeOfZone, traceWords } from "../domain/traceWords.ts";
import type { ActionName } from "../ledger/actions.ts";
import type { Reminder } from "../ledger/reminders.ts";
import type { Did } from "./acts.ts";
import { reasonWords } from "./eventWords.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Empty, Facts, Given, LocalTime, Notice, Status } from "./pieces.tsx";
import { ACT_WORDS, refusalSentence } from "./reminderActView.tsx";
import { Attempts, History } from "./reminderHistory.tsx";
import { type Followed, skippedAt } from "./reminderPauses.ts";
import { KIND_WORDS, topicsInWords } from "./stepWords.ts";
import type { FoundTreatment } from "./treatmentOf.ts";

interface ReminderProps extends FoundTreatment, Followed {
  place: Place;
  content: Content;
  /** The pauses of its channel since it was due. */
  pauses: readonly PastPause[];
  names: ReadonlyMap<string, string>;
  /** Why each act cannot be done now; null where it can. */
  refusals: ReadonlyMap<ActionName, Refusal | null>;
  /** As it would go out now; null where its words are not there any more. */
  planned: MessageContent | null;
  /** The ids of those in whose place it stands. */
  replaces: readonly string[];
  did: Did;
}

/** One message: what it says, why it comes when it does, and what became of it. */
export function ReminderPage(props: ReminderProps) {
  const {
    place,
    content,
    reminder,
    patient,
    treatment,
    protocol,
    attempts,
    pauses,
    replaces,
    called,
  } = props;
  const { clinic } = place;
  const last = attempts.findLast(({ status }) => status !== "failed");
  const sentAt = last?.startedAt ?? null;
  const why = traceWords({ ...reminder, sentAt, skippedAt: skippedAt(props), pauses });
  return (
    <Page title={called(reminder.step)} place={place} visitor={place.visitor} current="patients">
      <DidNotice {...props} />
      <Facts
        facts={[
          {
            name: "Status",
            value: (
              <>
                <Status status={reminder.status} />{" "}
                {reminder.statusReason !== null && (
                  <small class="muted">{reasonWords(reminder.statusReason)}</small>
                )}
              </>
            ),
          },
          ...dueFacts(reminder),
          { name: "By", value: CHANNEL_WORDS[reminder.channel].one },
          {
            name: "Kind",
            value: `${KIND_WORDS[reminder.kind].word}: ${topicsInWords(content, reminder.topics)}`,
          },
          {
            name: "Patient",
            value: (
              <a href={clinicPath(clinic.id, `patients/${patient.id}`)}>
                <Given>{patient.firstName}</Given>
              </a>
            ),
          },
          {
            name: "Treatment",
            value: (
              <a href={clinicPath(clinic.id, `treatments/${treatment.id}`)}>{protocol.title}</a>
            ),
          },
        ]}
      />
      <Acts {...props} />
      <Said {...props} />
      <section aria-labelledby="why">
        <h2 id="why">Why then</h2>
        <ol class="trace">
          {why.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
        {reminder.replacedBy !== null && (
          <p>
            <a href={clinicPath(clinic.id, `reminders/${reminder.replacedBy}`)}>
              The message in its place
            </a>
          </p>
        )}
        {replaces.length > 0 && (
          <p>
            It also stands in the place of{" "}
            {replaces.map((id, index) => (
              <span key={id}>
                {index > 0 && ", "}
                <a href={clinicPath(clinic.id, `reminders/${id}`)}>
                  another message{replaces.length > 1 && ` (${index + 1})`}
                </a>
              </span>
            ))}
            .
          </p>
        )}
      </section>
      <Attempts {...props} />
      <History {...props} />
    </Page>
  );
}

/** When it is due; of what was put off and then given up, that it was due more than once. */
function dueFacts(reminder: Reminder) {
  const { dueAt, status, timeZone: zone } = reminder;
  const fact = (name: string, at: Date) => ({
    name,
    value: (
      <>
        <LocalTime at={at} zone={zone} /> {placeOfZone(zone)}
      </>
    ),
  });
  const first = status === "skipped" ? firstDue(reminder) : null;
  return first === null
    ? [fact("Due", dueAt)]
    : [fact("Due first", first), fact("Due last", dueAt)];
}

function DidNotice({ did: { did }, reminder, refusals }: ReminderProps) {
  switch (did) {
    case "cancel":
      return <Notice tone="good">Cancelled. It will not be sent.</Notice>;
    case "replay":
      return (
        <Notice tone="good">
          It is to be sent again.{" "}
          {refusals.get("cancel") === null && "Until it leaves, you can cancel it."}
        </Notice>
      );
    case "send-now":
      return (
        <Notice tone="good">
          {reminder.status === "scheduled" || reminder.status === "queued"
            ? "It is due now, and goes out within seconds."
            : "It has left."}
        </Notice>
      );
    case undefined:
    default:
      return null;
  }
}

function Acts({ place, reminder, refusals }: ReminderProps) {
  if (place.role !== "admin") return null;
  const path = clinicPath(place.clinic.id, `reminders/${reminder.id}`);
  const waits = reminder.status === "scheduled" || reminder.status === "queued";
  const wanted: readonly ActionName[] = waits ? ["send-now", "cancel"] : ["replay"];
  return (
    <div class="actions">
      {wanted.map((action) => {
        const refusal = refusals.get(action);
        const { title } = ACT_WORDS[action];
        return refusal === null || refusal === undefined ? (
          <a
            key={action}
            role="button"
            class={`secondary outline small${action === "cancel" ? " danger" : ""}`}
            href={`${path}/${action}`}
          >
            {title}
          </a>
        ) : (
          <small key={action} class="muted">
            {title}: not now. {refusalSentence(refusal, reminder)}
          </small>
        );
      })}
    </div>
  );
}

/** The words: as they went out, or as they would go out now. */
function Said({ reminder, attempts, planned }: ReminderProps) {
  const sent = attempts.findLast(({ body }) => body !== null);
  const went = sent !== undefined && sent.status !== "failed";
  const ended = reminder.status === "cancelled" || reminder.status === "skipped";
  const title = went
    ? "The message"
    : ended
      ? "The message, had it been sent"
      : "The message to come";
  return (
    <section aria-labelledby="message">
      <h2 id="message">{title}</h2>
      {went ? (
        <Message channel={sent.channel} subject={sent.subject} text={sent.body ?? ""} />
      ) : planned === null ? (
        <Empty>Its words are not among the protocol's messages any more.</Empty>
      ) : (
        <>
          <p class="muted">As it would go out now. The link to stop is made when it is sent.</p>
          <Message
            channel={planned.channel}
            subject={planned.channel === "email" ? planned.subject : null}
            text={planned.text}
          />
        </>
      )}
    </section>
  );
}

function Message({
  channel,
  subject,
  text,
}: {
  channel: "sms" | "email";
  subject: string | null;
  text: string;
}) {
  return (
    <div class={`message ${channel}`}>
      {subject !== null && (
        <p class="subject">
          <Given>{subject}</Given>
        </p>
      )}
      <pre dir="auto">{text}</pre>
    </div>
  );
}
