import { mergeOverrides } from "../domain/overrides.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatient } from "./patientLocks.ts";
import { listTreatmentReminders, type Reminder } from "./reminders.ts";
import { replanReached } from "./replan.ts";
import type { Retracted } from "./retractions.ts";
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
  return ledger.db.transaction().execute((db) => correctWithin(db, request, now));
}

/** The same within a transaction. */
export async function correctWithin(
  db: Queries,
  request: CorrectRequest,
  now: Date,
): Promise<Corrected | "cancelled" | undefined> {
  const { clinicId, id } = request;
  const before = await findTreatment(db, clinicId, id);
  if (before === undefined) return undefined;
  const { patientId } = before;
  const facts = await lockPatient(db, clinicId, patientId);
  if (facts === undefined) return undefined;
  const found = await findTreatment(db, clinicId, id);
  if (found?.status !== "active") return "cancelled";
  await write(db, request, found, now);

  const { actor, reason } = request;
  const replan = { clinicId, patientId, actor, reason };
  const corrected = await replanReached(db, { ...replan, corrected: id }, facts, now);
  // What had ended and is planned again counts for the daily cap, and for the other treatments, too.
  const settled = await replanReached(db, replan, facts, now);

  const reminders = await listTreatmentReminders(db, clinicId, id);
  await db
    .updateTable("treatments")
    .set({ page_expires_at: pageExpiry(reminders) })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .execute();
  const treatment = await findTreatment(db, clinicId, id);
  const dueNow = reminders.some(({ status, dueAt }) => status === "scheduled" && dueAt <= now);
  const changed = corrected.skipped + corrected.planned;
  const retracted = corrected.retracted + settled.retracted;
  const { untold } = settled;
  return treatment && { treatment, reminders, changed, retracted, untold, dueNow };
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
