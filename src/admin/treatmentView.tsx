import { CHANNEL_WORDS } from "../domain/channel.ts";
import { placeOfZone } from "../domain/traceWords.ts";
import type { Event } from "../ledger/events.ts";
import type { Reminder } from "../ledger/reminders.ts";
import type { Did } from "./acts.ts";
import { countWords, quotedWords, waitWords } from "./careWords.ts";
import { actorWords, historyWords, standingWords } from "./eventWords.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Facts, Given, LocalTime, Notice, Row, Status, Table } from "./pieces.tsx";
import { KIND_WORDS } from "./stepWords.ts";
import type { FoundTreatment } from "./treatmentOf.ts";

interface TreatmentProps extends FoundTreatment {
  place: Place;
  reminders: readonly Reminder[];
  events: readonly Event[];
  /** Of people and keys, by actor. */
  names: ReadonlyMap<string, string>;
  did: Did;
  now: Date;
}

/** One treatment with all of its messages. */
export function TreatmentPage(props: TreatmentProps) {
  const { place, treatment, patient, protocol } = props;
  const zone = patient.timeZone ?? place.clinic.timeZone;
  return (
    <Page title={protocol.title} place={place} visitor={place.visitor} current="patients">
      <DidNotice {...props} />
      {treatment.status === "cancelled" && (
        <Notice tone="warn">
          This treatment was cancelled, and that stands. Enrol it anew if it was done after all.
          What still waits can be cancelled message by message.
        </Notice>
      )}
      <Facts
        facts={[
          {
            name: "Patient",
            value: (
              <a href={clinicPath(place.clinic.id, `patients/${patient.id}`)}>
                <Given>{patient.firstName}</Given>
              </a>
            ),
          },
          {
            name: "Done",
            value: (
              <>
                <LocalTime at={treatment.performedAt} zone={treatment.timeZone} />{" "}
                {placeOfZone(treatment.timeZone)}
              </>
            ),
          },
          {
            name: "Protocol",
            value: `${treatment.protocol.name}, version ${treatment.protocol.version}`,
          },
          {
            name: "Channels, the first one first",
            value: treatment.channels.map((channel) => CHANNEL_WORDS[channel].one).join(", "),
          },
        ]}
      />
      <Acts {...props} />
      <Waits {...props} />
      <h2>Messages</h2>
      <p class="muted">Times are those of {placeOfZone(zone)}, where the patient is.</p>
      <Messages {...props} zone={zone} />
      <History {...props} zone={zone} />
    </Page>
  );
}

function Acts({ place, treatment }: TreatmentProps) {
  const path = clinicPath(place.clinic.id, `treatments/${treatment.id}`);
  if (treatment.status !== "active") return null;
  return (
    <div class="actions">
      <a role="button" class="secondary outline small" href={`${path}/wait`}>
        Set another wait
      </a>
      {place.role === "admin" && (
        <a role="button" class="secondary outline small" href={`${path}/time`}>
          Correct the time
        </a>
      )}
      {place.role === "admin" && (
        <a role="button" class="secondary outline small danger" href={`${path}/cancel`}>
          Cancel the treatment
        </a>
      )}
    </div>
  );
}

function Waits({ treatment: { overrides }, protocol, called }: TreatmentProps) {
  const set = Object.entries(overrides);
  if (set.length === 0) return null;
  const written = (key: string) => protocol.steps.find((step) => step.key === key)?.after;
  return (
    <>
      <h2>Waits that were set</h2>
      <Table label="Waits that were set" head={["Message", "Wait", "The protocol's own"]}>
        {set.map(([step, after]) => (
          <Row key={step}>
            <th scope="row">{called(step)}</th>
            <td>{waitWords(after)}</td>
            <td>{waitWords(written(step) ?? after)}</td>
          </Row>
        ))}
      </Table>
    </>
  );
}

function Messages({ place, reminders, called, zone, now }: TreatmentProps & { zone: string }) {
  const inOrder = reminders.toSorted((one, other) => one.dueAt.getTime() - other.dueAt.getTime());
  return (
    <Table label="Messages" head={["Message", "Kind", "By", "Due", "Status"]}>
      {inOrder.map((reminder) => (
        <Row key={reminder.id}>
          <th scope="row">
            <a href={clinicPath(place.clinic.id, `reminders/${reminder.id}`)}>
              {called(reminder.step)}
            </a>
          </th>
          <td>{KIND_WORDS[reminder.kind].word}</td>
          <td>{CHANNEL_WORDS[reminder.channel].one}</td>
          <td class="tight">
            <LocalTime at={reminder.dueAt} zone={zone} />
          </td>
          <td>
            <Status status={reminder.status} />{" "}
            <small class="muted">{standingWords(reminder, zone, now)}</small>
          </td>
        </Row>
      ))}
    </Table>
  );
}

function History({ place, treatment, events, names, zone }: TreatmentProps & { zone: string }) {
  const last = events.findLast(({ type }) => type === "treatment corrected");
  const path = clinicPath(place.clinic.id, `treatments/${treatment.id}`);
  return (
    <>
      <h2>History</h2>
      <ul class="history">
        {events.map((event, index) => (
          <li key={`${index} ${event.type}`}>
            <LocalTime at={event.at} zone={zone} />, {actorWords(event.actor, names)}:{" "}
            <bdi>{historyWords(event, zone)}</bdi>
            {event === last && treatment.status === "active" && place.role === "admin" && (
              <>
                {" "}
                <a href={`${path}/undo`}>Undo this correction</a>
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What has just been done to it, and what somebody has to do now. */
function DidNotice({ did, protocol, place, treatment, called }: TreatmentProps) {
  const { n = 0, leaving = 0, retracted = 0, untold = [] } = did;
  if (did.did !== "cancelled" && did.did !== "corrected") return null;
  const silent = untold.filter((key) => protocol.steps.some((step) => step.key === key));
  const canUndo = did.did === "corrected" && place.role === "admin";
  return (
    <>
      <Notice tone="good">
        {did.did === "cancelled"
          ? `Cancelled. ${countWords(n, "message")} will not be sent.`
          : `Corrected. ${countWords(n, "message")} ${n === 1 ? "was" : "were"} planned anew.`}
        {retracted > 0 &&
          ` ${countWords(retracted, "message")} will tell the patient to hold off again.`}
        {canUndo && (
          <>
            {" "}
            <a href={clinicPath(place.clinic.id, `treatments/${treatment.id}/undo`)}>Undo</a>
          </>
        )}
      </Notice>
      {leaving > 0 && (
        <Notice tone="warn">
          {countWords(leaving, "message")} could not be stopped: on its way already.
        </Notice>
      )}
      {silent.length > 0 && (
        <Notice tone="bad">
          Tell the patient yourself that {quotedWords(silent.map(called))} does not hold: it went
          out, and no message takes it back.
        </Notice>
      )}
    </>
  );
}
