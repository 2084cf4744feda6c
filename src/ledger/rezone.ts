import { postponed } from "../domain/outcome.ts";
import { CANCELLABLE, localZoneOf, type Trace, type Zone } from "../domain/reminder.ts";
import { describeHours } from "../domain/sendWindow.ts";
import { type Deliverable, loadDeliverables } from "./deliverables.ts";
import type { Queries } from "./ledger.ts";
import { moveReminders } from "./moves.ts";
import { packTrace, unpackTrace } from "./traces.ts";

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
    .innerJoin("treatments", "treatments.id", "reminders.treatment_id")
    .select(["reminders.id", "trace", "protocol as name", "protocol_version as version"])
    .select("time_zone as timeZone")
    .where("reminders.clinic_id", "=", clinicId)
    .where("reminders.patient_id", "=", patientId)
    .where("kind", "=", "retraction")
    .where("reminders.status", "in", CANCELLABLE)
    .orderBy("reminders.id")
    .forUpdate("reminders")
    .execute();
  const waiting = rows.map(({ id, trace, timeZone, ...protocol }) => {
    const facts = { protocol, timeZone };
    return { id, facts, trace: unpackTrace(trace, facts) };
  });
  const elsewhere = waiting.filter(({ trace }) => localZoneOf(trace) !== local.timeZone);
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
    const known = elsewhere.find(({ id }) => id === state.reminderId);
    if (known === undefined) continue;
    const trace = traceIn(local, known.trace, state, move.dueAt ?? state.dueAt);
    await db
      .updateTable("reminders")
      .set({ trace: JSON.stringify(packTrace(trace, known.facts)) })
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
