import type { Move } from "../domain/outcome.ts";
import type { StepKind } from "../domain/protocol.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { type MoveRequest, moveReminders } from "./moves.ts";
import { lockPatients } from "./patientLocks.ts";
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
 * Whether what becomes of a message decides about others. Another treatment's permission may give way
 * to a permission; a permission that went out and is wrong stands as long as its retraction does not
 * go.
 */
export function concernsOthers(kind: StepKind): boolean {
  return kind === "permission" || kind === "retraction";
}

/**
 * Of reminders that move after a send, or instead of one, those that others depend on and that have
 * not been said by that. Each may have to wait for a treatment that was enrolled while it was away,
 * and where it has ended, another message may have to speak, or somebody of the clinic.
 */
export function unsaidOf<Each extends Returned>(returned: readonly Each[]): Each[] {
  return returned.filter(({ kind, move }) => concernsOthers(kind) && UNSAID.has(move.status));
}

const UNSAID: ReadonlySet<string> = new Set(["scheduled", "skipped", "failed", "undelivered"]);

/** Locks the patients of these, whose plans are to be made again: before any of their reminders. */
export async function lockUnsaid(db: Queries, unsaid: readonly Returned[]): Promise<void> {
  const clinicIds = new Set(unsaid.map(({ clinicId }) => clinicId));
  for (const clinicId of [...clinicIds].toSorted()) {
    const own = unsaid.filter((each) => each.clinicId === clinicId);
    await lockPatients(
      db,
      clinicId,
      own.map(({ patientId }) => patientId),
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
