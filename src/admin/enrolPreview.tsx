import { CHANNEL_WORDS, type ChannelName } from "../domain/channel.ts";
import type { Phone } from "../domain/phone.ts";
import { localZoneOf } from "../domain/reminder.ts";
import { NO_NUMBER } from "../domain/warnings.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Previewed } from "../ledger/enrolmentPlan.ts";
import type { PatientFacts } from "../ledger/patients.ts";
import type { FormEnrolment } from "./enrolForm.ts";
import { PlanList } from "./enrolPlan.tsx";
import type { FormProblems } from "./forms.ts";
import { localText } from "./pieces.tsx";
import { goesOut, type Names, whyNot } from "./planWords.ts";

/** What is said of a number as it is typed; `text` is what was typed. */
export function phoneNoteOf(text: string | undefined, phone: Phone | null, region: string): string {
  if (text === undefined) return `${region} numbers need no country code.`;
  if (phone === null) return `Not a ${region} number yet; others begin with + and a country code.`;
  const { international, kind } = phone;
  switch (kind) {
    case "mobile":
      return `${international}, a mobile`;
    case "landline":
      return `${international}, a landline: it takes no texts`;
    case "service":
      return `${international}, a service number: it takes no texts`;
    case "unsaid":
      return international;
  }
}

interface PreviewProps {
  read: FormEnrolment;
  plan: Previewed;
  problems: FormProblems;
  phone: Phone | null;
  /** The channels agreed to that nothing carries: their messages are kept in the outbox. */
  kept: readonly ChannelName[];
  clinic: Clinic;
  now: Date;
  names: Names;
}

/** Stands in place of a plan of something whose time is not known: a plan of now would be wrong. */
export function Timeless({ problem }: { problem: string | undefined }) {
  return (
    <>
      {problem !== undefined && <Warnings warnings={[`${FIELD_WORDS["at"]} ${problem}.`]} />}
      <p class="empty">Say when it was done to see the messages.</p>
    </>
  );
}

/** What an enrolment would come to, as it is typed. */
export function Preview({ read, plan, problems, phone, kept, clinic, now, names }: PreviewProps) {
  const { protocol, enrolment } = read;
  const { care } = enrolment.consent;
  return (
    <>
      <Warnings
        warnings={[
          ...(care.length === 0
            ? ["Nothing is sent until the patient agrees to texts or emails."]
            : plan.warnings.map(({ code, steps, message }) => {
                const of = steps.length === plan.reminders.length ? [] : [...new Set(steps)];
                const named = of.map((step) => stepName(plan, names, protocol.name, code, step));
                // What is typed by halves is no number yet, but not none.
                const begun = problems["phone"] !== undefined;
                const said = begun
                  ? message.replace(NO_NUMBER, "the number is not complete yet")
                  : message;
                return `${sentence(said)}${named.length > 0 ? ` (${named.join("; ")})` : ""}`;
              })),
          ...kept.map((channel) => {
            const what = sentence(`${CHANNEL_WORDS[channel].many} are not set up here`);
            return `${what} Nothing is sent: they are kept in the outbox.`;
          }),
          ...plan.replacedFacts.flatMap((fact) => {
            const what = FACT_WORDS[fact];
            return what === null
              ? []
              : [
                  `A patient of this name is known here with another ${what}: enrolling changes it.`,
                ];
          }),
          ...(phone !== null && care.includes("sms") && takesNoTexts(phone)
            ? [`${phone.international} is no mobile, and takes no texts. Ask for another number.`]
            : []),
          ...Object.entries(problems)
            .filter(([name]) => name.startsWith("after.") || name === "timeZone")
            .map(([name, problem]) => `${FIELD_WORDS[name] ?? "Another wait"}: ${problem}.`),
        ]}
      />
      <Others plan={plan} clinic={clinic} names={names} />
      <PlanList
        rows={plan.reminders}
        protocol={protocol.name}
        zone={zoneOfPlan(plan)}
        clinicZone={clinic.timeZone}
        now={now}
        names={names}
      />
    </>
  );
}

/** What is known of a patient that somebody else may have otherwise; null where it is no surprise. */
const FACT_WORDS: Record<keyof PatientFacts, string | null> = {
  externalId: null,
  firstName: null,
  phone: "number",
  email: "email",
  timeZone: "time zone",
  locale: "language",
};

const FIELD_WORDS: Record<string, string> = { at: "Done at", timeZone: "Time zone" };

/** Whether a number is known to be no mobile. */
export function takesNoTexts({ kind }: Phone): boolean {
  return kind === "landline" || kind === "service";
}

/** Warnings one under the other; not read out anew with each letter that is typed. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="notice warn warnings">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}

/** A warning of the planner as a sentence. */
export function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** The patient's other treatments, and what this one changes of what they were to send. */
function Others({ plan, clinic, names }: { plan: Previewed; clinic: Clinic; names: Names }) {
  const { plans, treatmentId, changes, retractions } = plan;
  const others = plans.input.treatments.filter(({ id }) => id !== treatmentId);
  if (others.length === 0) return null;
  const zone = zoneOfPlan(plan);
  return (
    <div class="notice others">
      <p>
        {others.length === 1
          ? "This patient has a treatment here already: "
          : "Treatments already: "}
        {others
          .map(({ protocol, performedAt }) => {
            return `${protocol.title}, ${localText(performedAt, clinic.timeZone)}`;
          })
          .join("; ")}
        .
      </p>
      {changes.length + retractions.length === 0 ? (
        <p>Nothing of it changes.</p>
      ) : (
        <>
          <p>Of it, enrolling changes:</p>
          <ul>
            {changes.map(({ stored, slotted: { planned, treatmentId: id } }) => {
              const name = names.message(planned.trace.protocol.name, planned.step);
              const key = `${id} ${planned.step} ${planned.channel}`;
              return goesOut(planned) ? (
                <li key={key}>
                  {name}: {localText(planned.dueAt, zone)}, instead of{" "}
                  {localText(stored.dueAt, zone)}
                </li>
              ) : (
                <li key={key}>
                  {name}: not sent, {whyNot(planned, names)}
                </li>
              );
            })}
            {retractions.map(({ treatmentId: id, planned }) => (
              <li key={`${id} ${planned.step} ${planned.channel}`}>
                {names.message(planned.trace.protocol.name, planned.step)}: a message that takes
                back what was permitted{goesOut(planned) && `, ${localText(planned.dueAt, zone)}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** A step that a warning is about; what was permitted too early is another treatment's. */
function stepName(plan: Previewed, names: Names, own: string, code: string, step: string): string {
  const protocols = plan.plans.input.treatments.map(({ protocol }) => protocol);
  const other = protocols.find(({ steps }) => steps.some(({ key }) => key === step));
  return names.message(code === "permission_too_early" ? (other?.name ?? own) : own, step);
}

/** Where the patient's clocks are. */
function zoneOfPlan({ reminders, timeZone }: Previewed): string {
  const trace = reminders[0]?.trace;
  return trace === undefined ? timeZone : localZoneOf(trace);
}
