import { randomUUID } from "node:crypto";
import { PURPOSES, reachOf } from "../domain/consent.ts";
import type { Enrolment } from "../domain/enrolment.ts";
import { type BeyondClinician, beyondClinician } from "../domain/overrides.ts";
import type { PatientTreatment } from "../domain/patient.ts";
import { planPatient, type Slotted } from "../domain/patientPlan.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { PlannedReminder } from "../domain/reminder.ts";
import { type PlannedRetraction, takeBack } from "../domain/retraction.ts";
import { type Warning, warningsOf } from "../domain/warnings.ts";
import type { Clinic } from "./clinics.ts";
import { type ConsentText, keepConsentText } from "./consentTexts.ts";
import { addEvents } from "./events.ts";
import { claimKey, type Earlier, type IdempotencyKey, keepAnswer } from "./idempotency.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatients } from "./patientLocks.ts";
import { loadPatientPlans, type PatientPlans, zoneOf } from "./patientPlans.ts";
import {
  type KnownPatient,
  type PatientFacts,
  recognisePatient,
  replacedFacts,
  savePatient,
} from "./patients.ts";
import { insertReminders, type Reminder } from "./reminders.ts";
import { replacementOf } from "./replacements.ts";
import { changePlans, type Decided, decide } from "./replan.ts";
import { rezoneRetractions } from "./rezone.ts";
import { insertTreatment, pageExpiry, renewPageTokens, type Treatment } from "./treatments.ts";

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
  const { clinic, enrolment, protocol } = request;
  const recognised = await recognisePatient(db, clinic.id, enrolment.patient, { lock: true });
  const known = await savePatient(db, clinic.id, recognised, now);
  const { id: patientId, moved } = known;
  await lockPatients(db, clinic.id, [patientId]);
  // The old number may be a stranger's, who has the link to the patient's page in a text.
  if (moved) await renewPageTokens(db, clinic.id, patientId);
  const plan = await planFor(db, request, known, now);
  const treatment = await insertTreatment(db, {
    id: plan.treatmentId,
    clinicId: clinic.id,
    patientId,
    protocol: { name: protocol.name, version: protocol.version },
    performedAt: enrolment.performedAt,
    timeZone: plan.timeZone,
    channels: enrolment.channels,
    overrides: enrolment.overrides,
    pageExpiresAt: pageExpiry(plan.reminders),
    createdAt: now,
  });
  const { actor } = request;
  const rows = plan.all
    .filter(({ treatmentId }) => treatmentId === treatment.id)
    .map(({ planned }) => {
      return { planned, replacedBy: replacementOf({ planned }, plan.plans.reminders) };
    });
  const reminders = await insertReminders(db, treatment, rows, now);
  await insertConsents(db, treatment, request, now);
  const { overrides, overrideReason } = enrolment;
  const event = {
    clinicId: clinic.id,
    treatmentId: treatment.id,
    reminderId: null,
    actor,
    at: now,
  };
  const { changed: fields } = known;
  await addEvents(db, [
    ...(fields.length > 0
      ? [{ ...event, type: "patient changed", detail: { patientId, fields, newLinks: moved } }]
      : []),
    {
      ...event,
      type: "enrolled",
      detail: {
        reminders: reminders.length,
        ...(Object.keys(overrides).length > 0 && { overrides, reason: overrideReason }),
      },
    },
  ]);
  const replan = { clinicId: clinic.id, patientId, actor, reason: "another treatment" };
  await changePlans(db, replan, { ...plan.plans, added: reminders }, plan.all, now);
  const local = zoneOf(known.facts, clinic);
  await rezoneRetractions(db, { clinicId: clinic.id, patientId, local, actor }, now);
  return { treatment, reminders, warnings: plan.warnings };
}

async function insertConsents(
  db: Queries,
  treatment: Treatment,
  request: EnrolRequest,
  now: Date,
): Promise<void> {
  const { consent } = request.enrolment;
  const rows = PURPOSES.flatMap((purpose) =>
    consent[purpose].map((channel) => ({
      clinic_id: treatment.clinicId,
      patient_id: treatment.patientId,
      treatment_id: treatment.id,
      purpose,
      channel,
      source: consent.source,
      given_at: consent.at,
      recorded_at: now,
      recorded_by: request.actor,
      text_version: consent.textVersion,
      taken_by: consent.takenBy,
    })),
  );
  if (rows.length === 0) return;
  const { consentText } = request;
  if (consentText) await keepConsentText(db, treatment.clinicId, consentText, now);
  await db.insertInto("consents").values(rows).execute();
}
