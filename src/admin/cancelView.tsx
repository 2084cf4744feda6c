import type { CancelledTreatment } from "../ledger/cancel.ts";
import type { Event } from "../ledger/events.ts";
import type { Reminder } from "../ledger/reminders.ts";
import { countWords, placedText, quotedWords } from "./careWords.ts";
import { actorWords } from "./eventWords.ts";
import { FieldProblem, FormRefusal, idOf, ReasonField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Given, Notice } from "./pieces.tsx";
import type { FoundTreatment } from "./treatmentOf.ts";

interface CancelProps extends FoundTreatment {
  place: Place;
  reminders: readonly Reminder[];
  /** What would come of a cancel that takes nothing back, and of one that does. */
  quiet: CancelledTreatment;
  loud: CancelledTreatment;
  values: FormValues;
  problems: FormProblems;
}

/** Says what a cancel will do, and asks for it. */
export function CancelPage(props: CancelProps) {
  const { place, treatment, called } = props;
  const { reminders, quiet, loud, values, problems } = props;
  const path = clinicPath(place.clinic.id, `treatments/${treatment.id}`);
  const told = reminders.filter(
    ({ kind, status }) =>
      kind === "permission" && ["sending", "sent", "delivered", "unknown"].includes(status),
  );
  return (
    <Page
      title="Cancel the treatment"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <p>
        <Whose {...props} />.
      </p>
      <h2>What will happen</h2>
      <ul>
        <li>{countWords(quiet.cancelled, "message")} that wait will not be sent.</li>
        {quiet.alreadySending > 0 && (
          <li>
            {countWords(quiet.alreadySending, "message")} cannot be stopped: on its way already.
          </li>
        )}
        <li>What was sent stays in the patient's timeline.</li>
        {told.length > 0 && (
          <li>
            The patient was told already:{" "}
            {quotedWords([...new Set(told.map(({ step }) => called(step)))])}.
          </li>
        )}
      </ul>
      <Notice tone="warn">
        A cancel cannot be undone. If the treatment was done after all, enrol it anew.
      </Notice>
      <form method="post" action={`${path}/cancel`}>
        <FormRefusal problems={problems} />
        {loud.retracted + loud.untold.length === 0 && (
          <input type="hidden" name="retract" value="no" />
        )}
        {loud.retracted + loud.untold.length > 0 && (
          <fieldset id={idOf("retract")}>
            <legend>What the patient was permitted</legend>
            <label>
              <input
                type="radio"
                name="retract"
                value="no"
                required
                checked={values["retract"] === "no"}
              />
              Leave it as it is: the treatment's dates were right
            </label>
            <label>
              <input
                type="radio"
                name="retract"
                value="yes"
                checked={values["retract"] === "yes"}
              />
              Take it back: {foreseen(props)}
            </label>
            <FieldProblem name="retract" label="This" problem={problems["retract"]} />
          </fieldset>
        )}
        <ReasonField value={values["reason"]} problems={problems} />
        <div class="actions">
          <button type="submit" class="danger">
            Cancel the treatment
          </button>
          <a href={path}>Back, and change nothing</a>
        </div>
      </form>
    </Page>
  );
}

/** Says of a treatment that was cancelled already when that was, and by whom. */
export function CancelledPage(
  props: FoundTreatment & {
    place: Place;
    event: Event | undefined;
    names: ReadonlyMap<string, string>;
  },
) {
  const { place, treatment, event, names } = props;
  return (
    <Page
      title="Cancelled already"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <p>
        <Whose {...props} />, was cancelled
        {event !== undefined && (
          <>
            {" "}
            on {placedText(event.at, place.clinic.timeZone)} by{" "}
            <Given>{actorWords(event.actor, names)}</Given>
          </>
        )}
        . That stands: if it was done after all, enrol it anew.
      </p>
      <p>
        <a href={clinicPath(place.clinic.id, `treatments/${treatment.id}`)}>
          Back to the treatment
        </a>
      </p>
    </Page>
  );
}

function Whose({ protocol, patient, treatment }: FoundTreatment) {
  return (
    <>
      {protocol.title} of <Given>{patient.firstName}</Given>, done{" "}
      {placedText(treatment.performedAt, treatment.timeZone)}
    </>
  );
}

function foreseen({ loud: { retracted, untold }, called }: CancelProps): string {
  if (retracted === 0 && untold.length === 0) return "there is nothing to take back";
  const messages = `${countWords(retracted, "message")} will ask the patient to hold off`;
  if (untold.length === 0) return messages;
  const alone = `tell the patient yourself that ${quotedWords(untold.map(called))} does not hold`;
  return retracted === 0 ? `no message can; ${alone}` : `${messages}; ${alone}`;
}
