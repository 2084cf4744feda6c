import type { ReminderStatus } from "../domain/reminder.ts";
import { actOn } from "./actions.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatient } from "./patientLocks.ts";
import { listTreatmentReminders, type Reminder } from "./reminders.ts";
import { replanReached } from "./replan.ts";
import type { Retracted } from "./retractions.ts";
import { findTreatment, type Treatment } from "./treatments.ts";

/** What a cancel came to: what it stopped, and what had already left or was leaving. */
export interface CancelledTreatment extends Retracted {
  treatment: Treatment;
  cancelled: number;
  alreadySending: number;
  reminders: Reminder[];
}

/** Which treatment is cancelled, by whom and why, and whether what it permitted is taken back. */
export interface CancelRequest {
  clinicId: string;
  id: string;
  reason: string;
  actor: string;
  retract?: boolean;
}

/**
 * Cancels all of a treatment that is unsent, in one transaction: nothing of it is claimed after
 * this resolves. Cancelling again cancels what is left. With `retract`, each permission that went
 * out is taken back by a message, unless another treatment has freed its topics. What the patient's
 * other treatments had left to it is theirs again, where it has not been said. Undefined where the
 * clinic has no such treatment.
 */
export function cancelTreatment(
  ledger: Ledger,
  request: CancelRequest,
  now: Date,
): Promise<CancelledTreatment | undefined> {
  return ledger.db.transaction().execute((db) => cancelWithin(db, request, now));
}

/** The same within a transaction. */
export async function cancelWithin(
  db: Queries,
  { clinicId, id, reason, actor, retract = false }: CancelRequest,
  now: Date,
): Promise<CancelledTreatment | undefined> {
  const found = await findTreatment(db, clinicId, id);
  if (found === undefined) return undefined;
  const { patientId } = found;
  // The patient before the treatment, and it before its reminders, as everywhere.
  const facts = await lockPatient(db, clinicId, patientId);
  if (facts === undefined) return undefined;
  await db
    .updateTable("treatments")
    .set({ status: "cancelled", ...(retract && { retracted_at: now }) })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .execute();
  await addEvents(db, [
    {
      clinicId,
      treatmentId: id,
      reminderId: null,
      type: "treatment cancelled",
      actor,
      detail: { reason },
      at: now,
    },
  ]);
  const all = await listTreatmentReminders(db, clinicId, id);
  // With `retract`, one that waits takes back what is to be taken back, and the plan decides of it.
  const unwanted = all.filter(({ kind }) => !(retract && kind === "retraction"));
  const decided = await actOn(
    db,
    { clinicId, action: "cancel", reason, actor },
    unwanted.map((reminder) => reminder.id),
    now,
  );
  const cancelled = decided.filter(({ decision }) => decision.kind === "move").length;
  const why = retract ? reason : "another treatment was cancelled";
  const replan = { clinicId, patientId, actor, reason: why, cancelled: id };
  const { retracted, untold } = await replanReached(db, replan, facts, now);
  const treatment = await findTreatment(db, clinicId, id);
  const reminders = await listTreatmentReminders(db, clinicId, id);
  const alreadySending = reminders.filter(({ status }) => onItsWay(status)).length;
  return treatment && { treatment, cancelled, alreadySending, retracted, untold, reminders };
}

function onItsWay(status: ReminderStatus): boolean {
  return status === "sending" || status === "unknown";
}
