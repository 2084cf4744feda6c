import { postponed } from "../domain/outcome.ts";
import { CANCELLABLE, localZoneOf, type Trace, type Zone } from "../domain/reminder.ts";
import { describeHours } from "../domain/sendWindow.ts";
import { type Deliverable, loadDeliverables } from "./deliverables.ts";
import type { Queries } from "./ledger.ts";
import { moveReminders } from "./moves.ts";

/** A patient whose clocks may be other ones by now, and who says so. */
export interface RezoneRequest {
  clinicId: string;
  patientId: string;
  /** Where the patient is now, as the ledger has it already. */
  local: Zone;
  actor: string;
}

/**
 * Gives the retractions that wait for a patient the hours of the zone in which the patient is now,
 * in a transaction that has locked the patient. No plan has them, so none that is made again does it.
 */
export async function rezoneRetractions(
  db: Queries,
  { clinicId, patientId, local, actor }: RezoneRequest,
  now: Date,
): Promise<void> {
  const rows = await db
    .selectFrom("reminders")
    .select(["id", "trace"])
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "=", patientId)
    .where("kind", "=", "retraction")
    .where("status", "in", CANCELLABLE)
    .orderBy("id")
    .forUpdate()
    .execute();
  const traces = new Map(rows.map(({ id, trace }) => [id, trace]));
  const elsewhere = rows.filter(({ trace }) => localZoneOf(trace) !== local.timeZone);
  const states = await loadDeliverables(
    db,
    elsewhere.map(({ id }) => id),
    now,
  );
  const moves = states.map((state) => ({
    state,
    move: postponed(state, state.trueAt > now ? state.trueAt : now, null),
  }));
  await moveReminders(
    db,
    moves.map(({ state, move }) => ({
      ...state,
      from: [state.status],
      move,
      actor,
      event: move.status === "scheduled" ? "planned again" : move.status,
      detail: { reason: move.reason ?? "another time zone" },
    })),
    now,
  );
  for (const { state, move } of moves) {
    const trace = traces.get(state.reminderId);
    if (trace === undefined) continue;
    await db
      .updateTable("reminders")
      .set({ trace: JSON.stringify(traceIn(local, trace, state, move.dueAt ?? state.dueAt)) })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", state.reminderId)
      .execute();
  }
}

function traceIn(
  local: Zone,
  { local: _before, ...trace }: Trace,
  { window, trueAt }: Deliverable,
  dueAt: Date,
): Trace {
  const movedMinutes = Math.round((dueAt.getTime() - trueAt.getTime()) / 60_000);
  return {
    ...trace,
    ...(local.timeZone !== trace.timeZone && { local }),
    window: describeHours(window, local.timeZone, trueAt),
    movedMinutes,
    movedBy: movedMinutes === 0 ? "nothing" : "window",
  };
}
