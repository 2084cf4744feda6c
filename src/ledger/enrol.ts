import { randomUUID } from "node:crypto";
import { reachOf } from "../domain/consent.ts";
import type { Enrolment } from "../domain/enrolment.ts";
import { type BeyondClinician, beyondClinician } from "../domain/overrides.ts";
import type { PatientTreatment } from "../domain/patient.ts";
import { planPatient, type Slotted } from "../domain/patientPlan.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { PlannedReminder } from "../domain/reminder.ts";
import { type PlannedRetraction, takeBack } from "../domain/retraction.ts";
import { type Warning, warningsOf } from "../domain/warnings.ts";
import type { Clinic } from "./clinics.ts";
import { consentsInsert } from "./consents.ts";
import { type ConsentText, keepConsentText } from "./consentTexts.ts";
import { eventsInsert, type NewEvent } from "./events.ts";
import { claimKey, type Earlier, type IdempotencyKey, keepAnswer } from "./idempotency.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatients } from "./patientLocks.ts";
import { loadPatientPlans, type PatientPlans, zoneOf } from "./patientPlans.ts";
import {
  type FoundPatient,
  type KnownPatient,
  type PatientChange,
  type PatientFacts,
  patientInsert,
  recognisePatient,
  replacedFacts,
  savePatient,
} from "./patients.ts";
import { newReminders, type Reminder, remindersInsert } from "./reminders.ts";
import { replacementOf } from "./replacements.ts";
import { changePlans, type Decided, decide } from "./replan.ts";
import { rezoneRetractions } from "./rezone.ts";
import { writeTogether } from "./together.ts";
import {
  newTreatment,
  pageExpiry,
  renewPageTokens,
  type Treatment,
  treatmentInsert,
} from "./treatments.ts";

/** A treatment to enrol: who asks, and what was said at the desk. */
export interface EnrolRequest {
  clinic: Clinic;
  /** Who enrols, as the history names them: `key:<id>` or `staff:<id>`. */
  actor: string;
  protocol: Protocol;
  enrolment: Enrolment;
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

type PlanRequest = Pick<EnrolRequest, "clinic" | "protocol" | "enrolment">;

/** A plan of a new treatment, beside those that the patient has already. */
interface Planned {
  /** The patient's, in which the reminders' local times are told. */
  timeZone: string;
  treatmentId: string;
  /** The new treatment's. */
  reminders: PlannedReminder[];
  warnings: Warning[];
  /** The messages that take back what another treatment has permitted. */
  retractions: PlannedRetraction[];
  /** Of all the patient's treatments, the new one included; and what they were made of. */
  all: Slotted[];
  plans: PatientPlans;
}

/** A plan that is not stored: also what it would change of the patient's other treatments. */
export interface Previewed extends Planned {
  changes: Decided[];
  /** What it would replace of what is known of the patient. */
  replacedFacts: (keyof PatientFacts)[];
}

/** The reminders that an enrolment would make, at this instant; stores nothing. */
export async function planEnrolment(
  db: Queries,
  request: PlanRequest,
  now: Date,
): Promise<Previewed> {
  const { clinic, enrolment } = request;
  const patient = await recognisePatient(db, clinic.id, enrolment.patient, { lock: false });
  const planned = await planFor(db, request, patient, now);
  const changes = decide(planned.plans.reminders, planned.all, { now });
  return {
    ...planned,
    changes: changes.filter(({ change }) => change.kind !== "keep"),
    replacedFacts: replacedFacts(patient),
  };
}

/**
 * Which overrides of an enrolment a clinician may not decide alone, by the calendar of the zone in
 * which the treatment would be: the patient's as given, else as known, else the clinic's.
 */
export async function beyondClinicianAt(
  db: Queries,
  { clinic, protocol, enrolment }: PlanRequest,
): Promise<BeyondClinician[]> {
  const { overrides, performedAt, patient } = enrolment;
  if (Object.keys(overrides).length === 0) return [];
  const { facts } = await recognisePatient(db, clinic.id, patient, { lock: false });
  const { timeZone } = zoneOf(facts, clinic);
  return beyondClinician(protocol, overrides, { performedAt, timeZone });
}

async function planFor(
  db: Queries,
  request: PlanRequest,
  { id: patientId, facts }: KnownPatient,
  now: Date,
): Promise<Planned> {
  const { clinic, protocol, enrolment } = request;
  const { consent, performedAt, channels, overrides } = enrolment;
  const person = { clinic, patientId, facts };
  const before = await loadPatientPlans(db, person, now);
  const treatmentId = randomUUID();
  const zone = zoneOf(facts, clinic);
  const treatment: PatientTreatment = {
    id: treatmentId,
    protocol,
    overrides,
    performedAt,
    channels,
    ...zone,
    reach: reachOf({ consent, phone: facts.phone, email: facts.email, ...before.blocked }),
    said: new Map(),
  };
  const input = { ...before.input, treatments: [...before.input.treatments, treatment] };
  const all = planPatient(input);
  const reminders = all
    .filter((each) => each.treatmentId === treatmentId)
    .map(({ planned }) => planned);
  const { timeZone } = zone;
  const { untold, plan: retractions } = takeBack(input);
  const warnings = warningsOf(reminders, {
    untold: untold.map(({ step }) => step),
    takenBack: retractions
      .filter(({ planned }) => planned.status === "scheduled")
      .flatMap(({ planned }) => planned.trace.retracts ?? []),
    enteredTwice: before.input.treatments.some((each) => isSameVisit(each, treatment)),
  });
  const plans = { ...before, input };
  return { timeZone, treatmentId, reminders, warnings, retractions, all, plans };
}

/** Within which two treatments of a kind are most likely one that was entered twice, in ms. */
const ONE_VISIT_MS = 60 * 60_000;

function isSameVisit(one: PatientTreatment, other: PatientTreatment): boolean {
  const apart = one.performedAt.getTime() - other.performedAt.getTime();
  return one.protocol.name === other.protocol.name && Math.abs(apart) < ONE_VISIT_MS;
}

/**
 * Plans an enrolment and writes the patient, the treatment, its reminders, the evidence of consent
 * and the event in one transaction, and with them what it changes in the plans of the patient's
 * other treatments: all of it is there when this resolves, or none. `toAnswer` makes what is kept
 * under the idempotency key and given again.
 */
export function enrol<Answer>(
  ledger: Ledger,
  request: EnrolRequest,
  now: Date,
  toAnswer: (enrolled: Enrolled) => Answer,
): Promise<EnrolResult<Answer>> {
  return ledger.db.transaction().execute(async (db): Promise<EnrolResult<Answer>> => {
    const { clinic, idempotency: key } = request;
    const earlier = key && (await claimKey<Answer>(db, clinic.id, key, now));
    if (earlier !== null) return earlier;

    const enrolled = await store(db, request, now);
    const answer = toAnswer(enrolled);
    if (key !== null) await keepAnswer(db, clinic.id, key, answer);
    const dueNow = enrolled.reminders.some(
      (reminder) => reminder.status === "scheduled" && reminder.dueAt <= now,
    );
    return { kind: "created", answer, dueNow };
  });
}

async function store(db: Queries, request: EnrolRequest, now: Date): Promise<Enrolled> {
  const { clinic, enrolment, protocol, actor } = request;
  const known = await recognisePatient(db, clinic.id, enrolment.patient, { lock: true });
  const change = known.id === null ? null : await saveKnown(db, clinic.id, known, now);
  const plan = await planFor(db, request, known, now);
  const treatment = newTreatment({
    id: plan.treatmentId,
    clinicId: clinic.id,
    patientId: known.id ?? randomUUID(),
    protocol: { name: protocol.name, version: protocol.version },
    performedAt: enrolment.performedAt,
    timeZone: plan.timeZone,
    channels: enrolment.channels,
    overrides: enrolment.overrides,
    pageExpiresAt: pageExpiry(plan.reminders),
    createdAt: now,
  });
  const { patientId } = treatment;
  const reminders = newReminders(
    treatment,
    plan.all
      .filter(({ treatmentId }) => treatmentId === treatment.id)
      .map(({ planned }) => {
        return { planned, replacedBy: replacementOf({ planned }, plan.plans.reminders) };
      }),
  );
  const consents = consentsInsert(treatment, enrolment.consent, actor, now);
  if (consents !== null && request.consentText) {
    await keepConsentText(db, clinic.id, request.consentText, now);
  }
  await writeTogether(db, [
    ...(known.id === null
      ? [patientInsert({ id: patientId, clinicId: clinic.id }, known.facts, now)]
      : []),
    treatmentInsert(treatment),
    remindersInsert(clinic.id, treatment, reminders, now),
    ...(consents === null ? [] : [consents]),
    eventsInsert(eventsOf(request, { treatment, reminders, change }, now)),
  ]);
  // Of somebody new there is no other plan that this one could change.
  if (known.id !== null) {
    const replan = { clinicId: clinic.id, patientId, actor, reason: "another treatment" };
    await changePlans(db, replan, { ...plan.plans, added: reminders }, plan.all, now);
    const local = zoneOf(known.facts, clinic);
    await rezoneRetractions(db, { clinicId: clinic.id, patientId, local, actor }, now);
  }
  return { treatment, reminders, warnings: plan.warnings };
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
