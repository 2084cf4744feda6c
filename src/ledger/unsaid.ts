import type { Move } from "../domain/outcome.ts";
import type { StepKind } from "../domain/protocol.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { type MoveRequest, moveReminders } from "./moves.ts";
import { lockPatientsOf } from "./patients.ts";
import { replanPatient } from "./replan.ts";

/** A reminder, and where it goes after a send, or instead of one. */
export interface Returned {
  reminderId: string;
  clinicId: string;
  patientId: string;
  kind: StepKind;
  move: Move;
  actor: string;
}

/**
 * Of reminders that move after a send, or instead of one, the permissions that have not been said by
 * that. Each may have to wait for a treatment that was enrolled while it was away, and where it has
 * ended, another one that gave way to it may have to speak. A stop is no reason to.
 */
export function unsaidOf<Each extends Returned>(returned: readonly Each[]): Each[] {
  return returned.filter(({ kind, move: { status, reason } }) => {
    return kind === "permission" && UNSAID.has(status) && reason !== "opted_out";
  });
}

const UNSAID: ReadonlySet<string> = new Set(["scheduled", "skipped", "failed", "undelivered"]);

/** Locks the patients of these, whose plans are to be made again: before any of their reminders. */
export async function lockUnsaid(db: Queries, unsaid: readonly Returned[]): Promise<void> {
  const clinics = new Set(unsaid.map(({ clinicId }) => clinicId));
  for (const clinicId of clinics) {
    const own = unsaid.filter((each) => each.clinicId === clinicId);
    await lockPatientsOf(
      db,
      clinicId,
      own.map(({ reminderId }) => reminderId),
    );
  }
}

/** Makes the plans of their patients again, once all that is known of their sends is stored. */
export async function replanUnsaid(
  db: Queries,
  unsaid: readonly Returned[],
  now: Date,
): Promise<void> {
  const patients = new Map(unsaid.map((each) => [each.patientId, each]));
  for (const { clinicId, patientId, actor } of patients.values()) {
    await replanPatient(db, { clinicId, patientId, actor, reason: "not sent" }, now);
  }
}

/**
 * Moves one reminder in a transaction of its own, with `also` what else belongs to it, and makes the
 * plan of its patient again where that is needed.
 */
export async function moveUnsaid(
  ledger: Ledger,
  request: MoveRequest & Returned,
  now: Date,
  also: (db: Queries) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  // What was only handed to the queue has never been out of the plan's reach.
  const waited = request.from.includes("queued") && request.move.status === "scheduled";
  const unsaid = waited ? [] : unsaidOf([request]);
  await ledger.db.transaction().execute(async (db) => {
    await lockUnsaid(db, unsaid);
    const moved = await moveReminders(db, [request], now);
    await also(db);
    if (moved.has(request.reminderId)) await replanUnsaid(db, unsaid, now);
  });
}
