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
import { newId } from "./id.ts";
import type { Queries } from "./ledger.ts";
import { loadPatientPlans, type PatientPlans, zoneOf } from "./patientPlans.ts";
import {
  type KnownPatient,
  type PatientFacts,
  recognisePatient,
  replacedFacts,
} from "./patients.ts";
import { type Decided, decide } from "./replan.ts";

/** A treatment to plan: whose it is, and what was said at the desk. */
export interface PlanRequest {
  clinic: Clinic;
  protocol: Protocol;
  enrolment: Enrolment;
}

/** A plan of a new treatment, beside those that the patient has already. */
export interface Planned {
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
  const planned = planFor(request, patient.facts, await plansOf(db, clinic, patient, now));
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

/** The plan of a new treatment of somebody of whom this is known, beside the plans from `before`. */
export function planFor(
  { clinic, protocol, enrolment }: PlanRequest,
  facts: PatientFacts,
  before: PatientPlans,
): Planned {
  const { consent, performedAt, channels, overrides } = enrolment;
  const treatmentId = newId();
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

/** The plans that a patient has already, as `loadPatientPlans` gives them. */
export function plansOf(
  db: Queries,
  clinic: Clinic,
  { id: patientId, facts }: KnownPatient,
  now: Date,
): Promise<PatientPlans> {
  return loadPatientPlans(db, { clinic, patientId, facts }, now);
}
