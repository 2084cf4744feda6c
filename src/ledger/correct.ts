import { mergeOverrides } from "../domain/overrides.ts";
import { planPatient, type Slotted } from "../domain/patientPlan.ts";
import { CANCELLABLE, type PlannedReminder } from "../domain/reminder.ts";
import { findClinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { loadPatientPlans } from "./patientPlans.ts";
import { lockPatient } from "./patients.ts";
import { insertReminders, listTreatmentReminders, type Reminder } from "./reminders.ts";
import { changePlans, replanPatient, type TooEarly } from "./replan.ts";
import { addRetractions, nextPosition, type Retracted, type Retraction } from "./retractions.ts";
import { findTreatment, pageExpiry, type Treatment } from "./treatments.ts";

/** What is corrected of a treatment, by whom, and why. */
export interface CorrectRequest {
  clinicId: string;
  id: string;
  /** Null where it stays as it is. */
  performedAt: Date | null;
  /** By step; null takes an override away. */
  changes: Readonly<Record<string, string | null>>;
  reason: string;
  actor: string;
}

/** What a correction came to. */
export interface Corrected extends Retracted {
  treatment: Treatment;
  reminders: Reminder[];
  /** Reminders that were planned again, or are not to be sent any more. */
  changed: number;
  dueNow: boolean;
}

/**
 * Corrects when a treatment was done, or its overrides, in one transaction: what is unsent is
 * planned again, with the patient's other treatments. A permission that went out and is not true
 * yet is taken back by a message, and planned anew. Undefined where the clinic has no such
 * treatment, "cancelled" where it was cancelled.
 */
export function correctTreatment(
  ledger: Ledger,
  request: CorrectRequest,
  now: Date,
): Promise<Corrected | "cancelled" | undefined> {
  const { clinicId, id } = request;
  return ledger.db.transaction().execute(async (db) => {
    const before = await findTreatment(db, clinicId, id);
    if (before === undefined) return undefined;
    const { patientId } = before;
    const clinic = await findClinic(db, clinicId);
    const facts = await lockPatient(db, clinicId, patientId);
    if (clinic === undefined || facts === undefined) return undefined;
    const found = await findTreatment(db, clinicId, id);
    if (found?.status !== "active") return "cancelled";
    await write(db, request, found, now);

    const { actor, reason } = request;
    const replan = { clinicId, patientId, actor, reason };
    const plans = await loadPatientPlans(db, { clinic, patientId, facts }, now);
    const all = planPatient(plans.input);
    const corrected = { ...replan, corrected: id };
    const changes = await changePlans(db, corrected, all, plans.reminders, now);
    const own = all.filter(({ treatmentId }) => treatmentId === id);
    const retractions = [
      ...changes.tooEarly.map(({ slotted }) => waitFor(slotted.planned)),
      ...(await earlierRetractions(db, request, own, now)),
    ];
    const told = { clinicId, treatment: found, actor, reason };
    const retracted = await addRetractions(db, told, retractions, plans, now);
    await planAgain(db, found, changes.tooEarly, now);
    // What was planned anew counts for the daily cap, and for the other treatments, too.
    if (changes.tooEarly.length > 0) await replanPatient(db, replan, now);

    const reminders = await listTreatmentReminders(db, clinicId, id);
    await db
      .updateTable("treatments")
      .set({ page_expires_at: pageExpiry(reminders) })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .execute();
    const treatment = await findTreatment(db, clinicId, id);
    const dueNow = reminders.some(({ status, dueAt }) => status === "scheduled" && dueAt <= now);
    const changed = changes.skipped + changes.planned;
    return treatment && { treatment, reminders, changed, ...retracted, dueNow };
  });
}

async function write(
  db: Queries,
  { clinicId, id, changes, reason, actor, ...given }: CorrectRequest,
  before: Treatment,
  now: Date,
): Promise<void> {
  const performedAt = given.performedAt ?? before.performedAt;
  const overrides = mergeOverrides(before.overrides, changes);
  await db
    .updateTable("treatments")
    .set({ performed_at: performedAt, overrides: JSON.stringify(overrides) })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .execute();
  const was = { performedAt: before.performedAt.toISOString(), overrides: before.overrides };
  const is = { performedAt: performedAt.toISOString(), overrides };
  await addEvents(db, [
    {
      clinicId,
      treatmentId: id,
      reminderId: null,
      type: "treatment corrected",
      actor,
      detail: { reason, was, is },
      at: now,
    },
  ]);
}

/** A permission that is taken back is sent once more, when it is true. */
async function planAgain(
  db: Queries,
  treatment: Treatment,
  tooEarly: readonly TooEarly[],
  now: Date,
): Promise<void> {
  if (tooEarly.length === 0) return;
  const rows = tooEarly.map(({ slotted }) => ({ planned: slotted.planned, replacedBy: null }));
  await insertReminders(db, treatment, rows, now, await nextPosition(db, treatment));
}

/**
 * What a correction does to the retractions of earlier ones. Those that still wait say the wrong
 * time and give way; where one was needed, or one that went out named too early a time, another one
 * is needed as long as the permission is not true.
 */
async function earlierRetractions(
  db: Queries,
  { clinicId, id, actor }: CorrectRequest,
  own: readonly Slotted[],
  now: Date,
): Promise<Retraction[]> {
  const rows = await db
    .selectFrom("reminders")
    .select(["id", "status", "trace"])
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "=", id)
    .where("kind", "=", "retraction")
    .orderBy("position")
    .execute();
  const waiting = rows.filter(({ status }) => CANCELLABLE.includes(status));
  await skipRetractions(
    db,
    { clinicId, treatmentId: id, actor },
    waiting.map((row) => row.id),
    now,
  );
  const permissions = own.filter(({ planned }) => planned.kind === "permission");
  return permissions.flatMap(({ planned }) => {
    const { trueAt } = planned.trace;
    const about = rows.filter(({ trace }) => trace.retracts === planned.step);
    const needed = about.some((row) => {
      if (waiting.includes(row)) return true;
      return row.status !== "skipped" && (row.trace.waitUntil ?? "") < trueAt;
    });
    return needed && new Date(trueAt) > now ? [waitFor(planned)] : [];
  });
}

async function skipRetractions(
  db: Queries,
  { clinicId, treatmentId, actor }: { clinicId: string; treatmentId: string; actor: string },
  ids: readonly string[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable("reminders")
    .set({ status: "skipped", status_reason: "superseded", updated_at: now })
    .where("clinic_id", "=", clinicId)
    .where("id", "in", ids)
    .execute();
  const detail = { reason: "superseded" };
  const event = { clinicId, treatmentId, type: "skipped", actor, detail, at: now };
  await addEvents(
    db,
    ids.map((reminderId) => ({ ...event, reminderId })),
  );
}

function waitFor({ step, trace }: PlannedReminder): Retraction {
  return { step, until: new Date(trace.trueAt) };
}
