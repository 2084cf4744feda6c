import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { FailedReminder, FailureCause } from "../ledger/failures.ts";
import type { Page as ListPage } from "../ledger/page.ts";
import { countWords } from "./careWords.ts";
import { causeOf, causePath } from "./causes.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { markOf } from "./listMark.ts";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, localText, Row, Table } from "./pieces.tsx";
import type { Names } from "./planWords.ts";

/** All that failed in one way, with whom to call. */
export function CausePage({
  place,
  names,
  cause,
  count,
  failures,
  first,
}: {
  place: Place;
  names: Names;
  cause: FailureCause;
  /** How many there are on all pages of the list. */
  count: number;
  failures: ListPage<FailedReminder>;
  /** Whether it is the first page of the list. */
  first: boolean;
}) {
  const { clinic } = place;
  const { status, reason } = cause;
  const { title, meaning, advice } = causeOf(status, reason);
  const address = causePath(clinic.id, status, reason);
  return (
    <Page title={title} place={place} visitor={place.visitor} current="failures">
      <p>{meaning}</p>
      <p>
        <strong>What to do:</strong> {advice}
      </p>
      <p>
        {countWords(count, "message")} of the last 30 days.{" "}
        <a href={clinicPath(clinic.id, "failures")}>All causes</a>
      </p>
      {failures.items.length === 0 ? (
        <Empty>There is none now.</Empty>
      ) : (
        <Table label={title} head={["Patient", "Phone", "Message", "When"]}>
          {failures.items.map((reminder) => (
            <Row key={reminder.id}>
              <td>
                <a href={clinicPath(clinic.id, `patients/${reminder.patientId}`)}>
                  <Given>{reminder.firstName}</Given>
                </a>
              </td>
              <td>
                {reminder.phone === null ? (
                  <Given>{null}</Given>
                ) : (
                  <a href={`tel:${reminder.phone}`}>{reminder.phone}</a>
                )}
              </td>
              <td>
                <a href={clinicPath(clinic.id, `reminders/${reminder.id}`)}>
                  {names.message(reminder.protocol, reminder.step)}
                </a>{" "}
                <Badge tone="plain">{CHANNEL_WORDS[reminder.channel].one}</Badge>
              </td>
              <td>
                <WhenDue place={place} reminder={reminder} reason={reason} />
              </td>
            </Row>
          ))}
        </Table>
      )}
      <nav class="pages" aria-label="Pages of the list">
        {!first && <a href={address}>Newest</a>}
        {failures.next !== null && <a href={`${address}&before=${markOf(failures.next)}`}>Older</a>}
      </nav>
    </Page>
  );
}

/** When it was due, and the provider's code of its last try where that says more than the cause. */
export function WhenDue({
  place,
  reminder: { dueAt, timeZone, code },
  reason,
}: {
  place: Place;
  reminder: FailedReminder;
  reason: string | null;
}) {
  const own = place.clinic.timeZone;
  return (
    <>
      <time dateTime={dueAt.toISOString()}>{localText(dueAt, own)}</time>
      {timeZone !== own && ` (${localText(dueAt, timeZone)} for the patient)`}
      {code !== null && code !== reason && (
        <>
          , the provider's code <code>{code}</code>
        </>
      )}
    </>
  );
}
