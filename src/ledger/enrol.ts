import type { Warning } from "../domain/warnings.ts";
import { foldEmail } from "./addresses.ts";
import { newConsents } from "./consents.ts";
import type { ConsentText } from "./consentTexts.ts";
import { type Planned, type PlanRequest, planFor, plansOf } from "./enrolmentPlan.ts";
import { type EnrolmentRows, writeRows, writeRowsAtOnce } from "./enrolmentRows.ts";
import type { NewEvent } from "./events.ts";
import { newId } from "./id.ts";
import { claimKey, type Earlier, type IdempotencyKey, keepAnswer } from "./idempotency.ts";
import { inTurn } from "./inTurn.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lookForNewcomer } from "./newcomers.ts";
import { lockPatients } from "./patientLocks.ts";
import { noPlans, zoneOf } from "./patientPlans.ts";
import {
  type FoundPatient,
  type KnownPatient,
  type PatientChange,
  recognisePatient,
  savePatient,
} from "./patients.ts";
import { newReminders, type Reminder } from "./reminders.ts";
import { replacementOf } from "./replacements.ts";
import { changePlans } from "./replan.ts";
import { rezoneRetractions } from "./rezone.ts";
import { isTaken } from "./taken.ts";
import { newTreatment, pageExpiry, renewPageTokens, type Treatment } from "./treatments.ts";

/** A treatment to enrol: who asks, and what was said at the desk. */
export interface EnrolRequest extends PlanRequest {
  /** Who enrols, as the history names them: `key:<id>` or `staff:<id>`. */
  actor: string;
  idempotency: IdempotencyKey | null;
  /** The words that were agreed to, where the form is ours: kept under their version. */
  consentText?: ConsentText;
}

/** A treatment as stored, its reminders in the order of the protocol, and what to know of them. */
export interface Enrolled {
  treatment: Treatment;
  reminders: Reminder[];
  warnings: Warning[];
}

export type EnrolResult<Answer> =
  | { kind: "created"; answer: Answer; dueNow: boolean }
  | Earlier<Answer>;

/**
 * Plans an enrolment and writes the patient, the treatment, its reminders, the evidence of consent
 * and the event in one transaction, and with them what it changes in the plans of the patient's
 * other treatments: all of it is there when this resolves, or none. `toAnswer` makes what is kept
 * under the idempotency key and given again.
 */
export async function enrol<Answer>(
  ledger: Ledger,
  request: EnrolRequest,
  now: Date,
  toAnswer: (enrolled: Enrolled) => Answer,
): Promise<EnrolResult<Answer>> {
  const { phone, email } = request.enrolment.patient;
  // Two treatments of one new person that come at once make one patient: the second finds the first's.
  const alone = (address: string | null, work: () => Promise<EnrolResult<Answer> | null>) =>
    address === null ? work() : inTurn(`${request.clinic.id} ${address}`, work);
  const newcomer = await alone(phone, () =>
    alone(email && foldEmail(email), () => enrolNewcomer(ledger, request, now, toAnswer)),
  );
  if (newcomer !== null) return newcomer;
  const enrolKnown = () =>
    ledger.db.transaction().execute(async (db): Promise<EnrolResult<Answer>> => {
      const { clinic, idempotency: key } = request;
      const earlier = key && (await claimKey<Answer>(db, clinic.id, key, now));
      if (earlier !== null) return earlier;

      const enrolled = await store(db, request, now);
      const answer = toAnswer(enrolled);
      if (key !== null) await keepAnswer(db, clinic.id, key, answer);
      return created(enrolled, answer, now);
    });
  // Newcomers take no lock: one with the id that this gives to a patient may have come in between.
  return enrolKnown().catch((error: unknown) => {
    if (isTaken(error)) return enrolKnown();
    throw error;
  });
}

/**
 * Enrols somebody whom the clinic does not know, as most are: nothing of theirs is there to be locked or
 * planned again, and one statement writes it all, with the idempotency key, and shares that with others who
 * are enrolled at the same time. Null where the clinic may know the person, or what was to be written is
 * there since, from another enrolment.
 */
async function enrolNewcomer<Answer>(
  ledger: Ledger,
  request: EnrolRequest,
  now: Date,
  toAnswer: (enrolled: Enrolled) => Answer,
): Promise<EnrolResult<Answer> | null> {
  const { clinic, enrolment, idempotency: key } = request;
  const facts = enrolment.patient;
  const blocked = await lookForNewcomer(ledger, { clinicId: clinic.id, given: facts });
  if (blocked === null) return null;
  const plan = planFor(request, facts, noPlans(clinic, blocked, now));
  const somebody = { id: null, facts, before: null };
  const { rows, ...enrolled } = rowsOf(request, somebody, plan, null, now);
  const answer = toAnswer(enrolled);
  const keys = key === null ? [] : [{ ...key, clinicId: clinic.id, answer, takenAt: now }];
  try {
    await writeRowsAtOnce(ledger, { ...rows, keys });
  } catch (error) {
    if (isTaken(error)) return null;
    throw error;
  }
  return created(enrolled, answer, now);
}

function created<Answer>({ reminders }: Enrolled, answer: Answer, now: Date): EnrolResult<Answer> {
  const dueNow = reminders.some(({ status, dueAt }) => status === "scheduled" && dueAt <= now);
  return { kind: "created", answer, dueNow };
}

async function store(db: Queries, request: EnrolRequest, now: Date): Promise<Enrolled> {
  const { clinic, enrolment, actor } = request;
  const known = await recognisePatient(db, clinic.id, enrolment.patient, { lock: true });
  const change = known.id === null ? null : await saveKnown(db, clinic.id, known, now);
  const plan = planFor(request, known.facts, await plansOf(db, clinic, known, now));
  const { rows, ...enrolled } = rowsOf(request, known, plan, change, now);
  await writeRows(db, rows);
  // Of somebody new there is no other plan that this one could change.
  if (known.id !== null) {
    const patientId = known.id;
    const replan = { clinicId: clinic.id, patientId, actor, reason: "another treatment" };
    const added = enrolled.reminders;
    await changePlans(db, replan, { ...plan.plans, added }, plan.all, now);
    const local = zoneOf(known.facts, clinic);
    await rezoneRetractions(db, { clinicId: clinic.id, patientId, local, actor }, now);
  }
  return enrolled;
}

/** What an enrolment is, and the rows of it. */
function rowsOf(
  request: EnrolRequest,
  known: KnownPatient,
  plan: Planned,
  change: PatientChange | null,
  now: Date,
): Enrolled & { rows: EnrolmentRows } {
  const { clinic, enrolment, protocol, actor, consentText } = request;
  const treatment = newTreatment({
    id: plan.treatmentId,
    clinicId: clinic.id,
    patientId: known.id ?? newId(),
    protocol: { name: protocol.name, version: protocol.version },
    performedAt: enrolment.performedAt,
    timeZone: plan.timeZone,
    channels: enrolment.channels,
    overrides: enrolment.overrides,
    pageExpiresAt: pageExpiry(plan.reminders),
    createdAt: now,
  });
  const reminders = newReminders(
    treatment,
    plan.all
      .filter(({ treatmentId }) => treatmentId === treatment.id)
      .map(({ planned }) => {
        return { planned, replacedBy: replacementOf({ planned }, plan.plans.reminders) };
      }),
  );
  const of = { clinicId: clinic.id, createdAt: now };
  const consents = newConsents(treatment, enrolment.consent, actor, now);
  const isOurText = consentText !== undefined && consents.length > 0;
  const rows = {
    patients: known.id === null ? [{ ...of, id: treatment.patientId, facts: known.facts }] : [],
    treatments: [treatment],
    reminders: reminders.map((reminder, position) => ({ ...of, reminder, position, treatment })),
    consents,
    consentTexts: isOurText ? [{ ...consentText, clinicId: clinic.id, usedAt: now }] : [],
    events: eventsOf(request, { treatment, reminders, change }, now),
    keys: [],
  };
  return { treatment, reminders, warnings: plan.warnings, rows };
}

/** Stores what is new of a patient, whose plans are locked by it. */
async function saveKnown(
  db: Queries,
  clinicId: string,
  patient: FoundPatient,
  now: Date,
): Promise<PatientChange> {
  const change = await savePatient(db, clinicId, patient, now);
  await lockPatients(db, clinicId, [patient.id]);
  // The old number may be a stranger's, who has the link to the patient's page in a text.
  if (change.moved) await renewPageTokens(db, clinicId, patient.id);
  return change;
}

function eventsOf(
  { actor, enrolment }: EnrolRequest,
  made: { treatment: Treatment; reminders: readonly Reminder[]; change: PatientChange | null },
  now: Date,
): NewEvent[] {
  const { treatment, reminders, change } = made;
  const { clinicId, patientId } = treatment;
  const event = { clinicId, treatmentId: treatment.id, reminderId: null, actor, at: now };
  const { overrides, overrideReason } = enrolment;
  const enrolled = {
    ...event,
    type: "enrolled",
    detail: {
      reminders: reminders.length,
      ...(Object.keys(overrides).length > 0 && { overrides, reason: overrideReason }),
    },
  };
  if (change === null || change.changed.length === 0) return [enrolled];
  const detail = { patientId, fields: change.changed, newLinks: change.moved };
  return [{ ...event, type: "patient changed", detail }, enrolled];
}
