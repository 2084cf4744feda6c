import { type ActiveTreatment, restrictionsBy } from "../domain/patientPlan.ts";
import type { PlanInput } from "../domain/plan.ts";
import { saidOf } from "../domain/replan.ts";
import { planRetraction } from "../domain/retraction.ts";
import { findClinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import { loadPatientPlans, type PatientPlans } from "./patientPlans.ts";
import { lockPatient } from "./patients.ts";
import { insertReminders, type NewReminder } from "./reminders.ts";
import type { Treatment } from "./treatments.ts";

/** Whose permissions are taken back, who wanted it, and why. */
export interface RetractRequest {
  clinicId: string;
  treatment: Pick<Treatment, "id" | "patientId" | "clinicId">;
  actor: string;
  reason: string;
}

/** A permission to take back: its step, and until when the patient is to wait, if anybody knows. */
export interface Retraction {
  step: string;
  until: Date | null;
}

/** What became of permissions that are to be taken back. */
export interface Retracted {
  /** Messages that were planned. */
  retracted: number;
  /**
   * Steps of the permissions that no message takes back: the protocol, as the treatment was enrolled
   * with it, has none, or the patient cannot be reached. Somebody has to tell the patient.
   */
  untold: string[];
}

export const NOTHING_RETRACTED: Retracted = { retracted: 0, untold: [] };

/**
 * Takes back every permission of a cancelled treatment that went out, in a transaction: until the
 * patient's other treatments allow its topics, or until the patient has spoken with the clinic.
 */
export async function retractAll(
  db: Queries,
  request: RetractRequest,
  now: Date,
): Promise<Retracted> {
  const { treatment, clinicId } = request;
  const clinic = await findClinic(db, clinicId);
  const facts = await lockPatient(db, clinicId, treatment.patientId);
  if (clinic === undefined || facts === undefined) return NOTHING_RETRACTED;
  const person = { clinic, patientId: treatment.patientId, facts };
  const own = await loadPatientPlans(db, person, now, { lock: true, also: treatment.id });
  const others = own.input.treatments.filter(({ id }) => id !== treatment.id);
  const restrictions = others.flatMap(restrictionsBy);
  const permissions = own.reminders.filter(
    (each) =>
      each.treatmentId === treatment.id &&
      each.kind === "permission" &&
      saidOf(each).kind === "left",
  );
  const retractions = permissions.map(({ step, topics }) => {
    const untils = restrictions
      .filter(({ topic, until }) => topics.includes(topic) && until > now)
      .map(({ until }) => until.getTime());
    return { step, until: untils.length === 0 ? null : new Date(Math.max(...untils)) };
  });
  return addRetractions(db, request, retractions, own, now);
}

/** Plans the messages that take back permissions. */
export async function addRetractions(
  db: Queries,
  { clinicId, treatment, actor, reason }: RetractRequest,
  retractions: readonly Retraction[],
  { input }: PatientPlans,
  now: Date,
): Promise<Retracted> {
  const active = input.treatments.find(({ id }) => id === treatment.id);
  if (active === undefined) return NOTHING_RETRACTED;
  const steps = new Map(retractions.map(({ step, until }) => [step, until]));
  const planned = [...steps].flatMap(([step, until]) =>
    planRetraction(step, until, planInputOf(active, input)),
  );
  const going = planned.filter(({ status }) => status === "scheduled");
  const untold = [...steps.keys()].filter(
    (step) => !going.some(({ trace }) => trace.retracts === step),
  );
  if (planned.length === 0) return { retracted: 0, untold };
  const rows: NewReminder[] = planned.map((each) => ({ planned: each, replacedBy: null }));
  const from = await nextPosition(db, treatment);
  const reminders = await insertReminders(db, treatment, rows, now, from);
  await addEvents(
    db,
    reminders.map(({ id, trace, status, statusReason }) => ({
      clinicId,
      treatmentId: treatment.id,
      reminderId: id,
      type: "retraction planned",
      actor,
      detail: { reason, waitUntil: trace.waitUntil ?? null, status, statusReason },
      at: now,
    })),
  );
  return { retracted: going.length, untold };
}

/** The position after a treatment's last reminder. */
export async function nextPosition(
  db: Queries,
  { id, clinicId }: Pick<Treatment, "id" | "clinicId">,
): Promise<number> {
  const { last } = await db
    .selectFrom("reminders")
    .select((select) => select.fn.max("position").as("last"))
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "=", id)
    .executeTakeFirstOrThrow();
  return (last ?? -1) + 1;
}

function planInputOf(treatment: ActiveTreatment, input: PatientPlans["input"]): PlanInput {
  const { now, sendWindow, rebookWindow } = input;
  return { ...treatment, now, sendWindow, rebookWindow };
}
