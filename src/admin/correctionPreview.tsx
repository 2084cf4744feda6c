import type { Correction } from "../domain/correction.ts";
import type { Corrected } from "../ledger/correct.ts";
import type { Reminder } from "../ledger/reminders.ts";
import { countWords, quotedWords } from "./careWords.ts";
import { correctionText } from "./correctionView.tsx";
import { standingWords } from "./eventWords.ts";
import type { FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Empty, LocalTime, Notice, Row, Status, Table } from "./pieces.tsx";
import type { FoundTreatment } from "./treatmentOf.ts";

interface PreviewProps extends FoundTreatment {
  place: Place;
  way: "time" | "wait" | "undo";
  correction: Correction;
  before: readonly Reminder[];
  after: Corrected;
  /** The form as it was sent, to be sent once more. */
  values: FormValues;
  now: Date;
}

/** A reminder that a correction changes; one without `was` is new. */
interface Change {
  was: Reminder | null;
  is: Reminder;
}

/** Says what a correction would change, and asks whether it is to be made. */
export function PreviewPage(props: PreviewProps) {
  const { place, treatment, patient, way, correction, before, after, values, called, now } = props;
  const path = clinicPath(place.clinic.id, `treatments/${treatment.id}`);
  const zone = patient.timeZone ?? place.clinic.timeZone;
  const changes = changesOf(before, after.reminders);
  return (
    <Page title="What would change" place={place} visitor={place.visitor} current="patients">
      <p>Nothing is changed yet. To be set: {correctionText(correction, props)}.</p>
      {after.untold.length > 0 && (
        <Notice tone="bad">
          You will have to tell the patient yourself that {quotedWords(after.untold.map(called))}{" "}
          does not hold: it went out, and no message takes it back.
        </Notice>
      )}
      {after.retracted > 0 && (
        <Notice tone="warn">
          {countWords(after.retracted, "message")} will ask the patient to hold off again, because a
          permission that went out would not be true yet.
        </Notice>
      )}
      {changes.length === 0 ? (
        <Empty>No message of this treatment would change.</Empty>
      ) : (
        <Table label="What would change" head={["Message", "Now", "Then"]}>
          {changes.map(({ was, is }) => (
            <Row key={is.id}>
              <th scope="row">{called(is.step)}</th>
              <td>{was === null ? "new" : <Planned reminder={was} zone={zone} now={now} />}</td>
              <td>
                <Planned reminder={is} zone={zone} now={now} />
              </td>
            </Row>
          ))}
        </Table>
      )}
      <form method="post" action={`${path}/${way}`}>
        {Object.entries(values).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <input type="hidden" name="confirmed" value="yes" />
        <div class="actions">
          <button type="submit">Correct it</button>
          <a href={path}>Back, and change nothing</a>
        </div>
      </form>
    </Page>
  );
}

function Planned({ reminder, zone, now }: { reminder: Reminder; zone: string; now: Date }) {
  return (
    <>
      <LocalTime at={reminder.dueAt} zone={zone} /> <Status status={reminder.status} />{" "}
      <small class="muted">{standingWords(reminder, zone, now)}</small>
    </>
  );
}

function changesOf(before: readonly Reminder[], after: readonly Reminder[]): Change[] {
  const known = new Map(before.map((reminder) => [reminder.id, reminder]));
  return after
    .flatMap((is): Change[] => {
      const was = known.get(is.id) ?? null;
      const same =
        was !== null &&
        was.dueAt.getTime() === is.dueAt.getTime() &&
        was.status === is.status &&
        was.statusReason === is.statusReason;
      return same ? [] : [{ was, is }];
    })
    .toSorted((one, other) => one.is.dueAt.getTime() - other.is.dueAt.getTime());
}
