import type { Correction } from "../domain/correction.ts";
import type { Step } from "../domain/protocol.ts";
import { placeOfZone } from "../domain/traceWords.ts";
import { wallTimeOf } from "../domain/wallTime.ts";
import { placedText, waitWords } from "./careWords.ts";
import { type Undo, WAIT_UNITS, waitOf } from "./correctionForms.ts";
import { CheckField, FormRefusal, ReasonField, SelectField, TextField } from "./fields.tsx";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Empty, Given } from "./pieces.tsx";
import type { FoundTreatment } from "./treatmentOf.ts";

interface FormProps extends FoundTreatment {
  place: Place;
  values: FormValues;
  problems?: FormProblems | undefined;
}

/** Asks when a treatment was done in truth. */
export function TimePage(props: FormProps) {
  const { place, treatment, values, problems } = props;
  const { timeZone, performedAt } = treatment;
  return (
    <Page
      title="Correct the time"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <Whose {...props} />
      <form method="post" action={pathOf(props, "/time")}>
        <FormRefusal problems={problems} />
        <TextField
          name="at"
          label="Done at"
          type="datetime-local"
          value={values["at"] ?? wallTimeOf(performedAt, timeZone)}
          hint={`By the clocks of ${placeOfZone(timeZone)}. At most 90 days ago.`}
          problems={problems}
          required
        />
        <ReasonField value={values["reason"]} problems={problems} />
        <Onward back={pathOf(props)} />
      </form>
    </Page>
  );
}

/** Asks for another wait of a step. */
export function WaitPage(props: FormProps) {
  const { place, protocol, values, problems } = props;
  const open = protocol.steps.filter(
    ({ kind, window }) => kind !== "retraction" && window !== "any",
  );
  const permissions = open.filter(({ kind }) => kind === "permission");
  const others = open.filter(({ kind }) => kind !== "permission");
  const movable = place.role === "admin" ? [...permissions, ...others] : permissions;
  return (
    <Page
      title="Set another wait"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <Whose {...props} />
      <p>A permission may wait longer than the protocol says. {sooner(place)}</p>
      {movable.length === 0 ? (
        <Empty>No message of this treatment can be moved.</Empty>
      ) : (
        <form method="post" action={pathOf(props, "/wait")}>
          <FormRefusal problems={problems} />
          <SelectField
            name="step"
            label="Message"
            value={values["step"]}
            options={movable.map((step) => ({ value: step.key, label: labelOf(step, props) }))}
            problems={problems}
            required
          />
          <div class="pair">
            <TextField
              name="amount"
              label="Wait from the treatment on"
              inputmode="numeric"
              hint="A whole number. Leave it empty where you tick the box below."
              value={values["amount"]}
              problems={problems}
            />
            <SelectField
              name="unit"
              label="In"
              value={values["unit"] ?? "h"}
              options={WAIT_UNITS}
              problems={problems}
              required
            />
          </div>
          <CheckField
            name="own"
            label="As the protocol says again"
            checked={values["own"] === "yes"}
            problems={problems}
          />
          <ReasonField value={values["reason"]} problems={problems} />
          <Onward back={pathOf(props)} />
        </form>
      )}
    </Page>
  );
}

/** Asks whether the last correction is to be taken back. */
export function UndoPage(props: FormProps & { undo: Undo | null }) {
  const { place, values, problems, undo } = props;
  return (
    <Page
      title="Undo the last correction"
      place={place}
      visitor={place.visitor}
      current="patients"
      width="narrow"
    >
      <Whose {...props} />
      {undo === null ? (
        <Empty>
          There is nothing to undo. <a href={pathOf(props)}>Back to the treatment</a>
        </Empty>
      ) : (
        <form method="post" action={pathOf(props, "/undo")}>
          <FormRefusal problems={problems} />
          <p>Puts back: {correctionText(undo, props)}.</p>
          <input type="hidden" name="of" value={undo.of} />
          <ReasonField value={values["reason"]} problems={problems} />
          <Onward back={pathOf(props)} />
        </form>
      )}
    </Page>
  );
}

/** What a correction sets, in words. */
export function correctionText(
  { performedAt, changes }: Correction,
  { treatment, called }: FoundTreatment,
): string {
  const time = performedAt === null ? [] : [`done ${placedText(performedAt, treatment.timeZone)}`];
  const waits = Object.entries(changes).map(([step, after]) => {
    const wait = after === null ? "as the protocol says" : waitWords(after);
    return `“${called(step)}”: ${wait}`;
  });
  return [...time, ...waits].join("; ");
}

function Whose({ protocol, patient, treatment }: FormProps) {
  return (
    <p>
      {protocol.title} of <Given>{patient.firstName}</Given>, known as done{" "}
      {placedText(treatment.performedAt, treatment.timeZone)}.
    </p>
  );
}

function Onward({ back }: { back: string }) {
  return (
    <div class="actions">
      <button type="submit">See what would change</button>
      <a href={back}>Back, and change nothing</a>
    </div>
  );
}

function sooner({ role }: Place): string {
  return role === "admin"
    ? "You may also let one come sooner than that, or move another message."
    : "Sooner than that, or another message, is for an admin to set.";
}

function labelOf(step: Step, { treatment, called }: FormProps): string {
  const least =
    step.kind === "permission" ? `, at least ${waitWords(step.floor ?? step.after)}` : "";
  return `${called(step.key)} (${waitWords(waitOf(step, treatment))}${least})`;
}

function pathOf({ place, treatment }: FormProps, more = ""): string {
  return clinicPath(place.clinic.id, `treatments/${treatment.id}${more}`);
}
