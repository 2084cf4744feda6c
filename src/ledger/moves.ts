import { sql } from "kysely";
import type { RefusedState, Ticket } from "../domain/claim.ts";
import type { Move } from "../domain/outcome.ts";
import { windowOf } from "../domain/plan.ts";
import type { Step } from "../domain/protocol.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { parseSendWindow, type SendWindowText } from "../domain/sendWindow.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";

/** A reminder with what decides where it can go. */
export interface Movable extends RefusedState, Ticket {
  clinicId: string;
  treatmentId: string;
}

/** The state of reminders as of now; the send window is the clinic's present one. */
export async function loadMovable(db: Queries, ids: readonly string[]): Promise<Movable[]> {
  type Row = Omit<Movable, "window"> & {
    clinicWindow: SendWindowText;
    stepWindow: Step["window"] | null;
  };
  const { rows } = await sql<Row>`
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", r.clinic_id as "clinicId",
      r.treatment_id as "treatmentId", r.status, r.channel, r.channels, r.retries,
      r.due_at as "dueAt", r.send_until as "sendUntil", r.expires_at as "expiresAt",
      t.status = 'cancelled' as "treatmentCancelled",
      t.time_zone as "timeZone", c.send_window as "clinicWindow",
      jsonb_path_query_first(
        v.definition, '$.steps[*] ? (@.key == $step).window', jsonb_build_object('step', r.step)
      ) as "stepWindow",
      exists (
        select 1 from aftercare.opt_outs o
        where o.clinic_id = r.clinic_id and o.channel = r.channel
          and o.address = case r.channel when 'sms' then p.phone else lower(p.email) end
      ) as "optedOut"
    from aftercare.reminders r
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.clinics c on c.id = r.clinic_id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.protocols v on v.name = t.protocol and v.version = t.protocol_version
    where r.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows.map(({ clinicWindow, stepWindow, ...row }) => ({
    ...row,
    window: windowOf(
      stepWindow === null ? {} : { window: stepWindow },
      parseSendWindow(clinicWindow),
    ),
  }));
}

/** A reminder to move: only from one of the statuses in `from`, and under the same ticket. */
export interface MoveRequest extends Ticket {
  clinicId: string;
  treatmentId: string;
  from: ReminderStatus[];
  move: Move;
  /** The part of the program that moves it, for its history. */
  actor: string;
}

/** Moves reminders in one statement, and notes in their history whatever is not simply `sent`. */
export async function moveReminders(
  db: Queries,
  requests: readonly MoveRequest[],
  now: Date,
): Promise<void> {
  if (requests.length === 0) return;
  const rows = requests.map(({ reminderId, dispatchNo, from, move }) => ({
    id: reminderId,
    dispatch_no: dispatchNo,
    from,
    status: move.status,
    reason: move.reason,
    channel: move.channel,
    retries: move.retries,
    due_at: move.dueAt,
    send_until: move.sendUntil,
  }));
  const moved = await sql<{ id: string }>`
    update aftercare.reminders r
    set status = m.status, status_reason = m.reason, channel = m.channel, retries = m.retries,
      due_at = coalesce(m.due_at, r.due_at), send_until = coalesce(m.send_until, r.send_until),
      taken_at = case when m.status = 'unknown' then ${now}::timestamptz end, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as m(id uuid, dispatch_no int, "from" text[], status text, reason text, channel text,
        retries int, due_at timestamptz, send_until timestamptz)
    where r.id = m.id and r.dispatch_no = m.dispatch_no and r.status = any(m."from")
    returning r.id`.execute(db);
  const ids = new Set(moved.rows.map((row) => row.id));
  await addEvents(
    db,
    requests
      .filter(({ reminderId, move }) => ids.has(reminderId) && !isPlainSuccess(move))
      .map(({ reminderId, clinicId, treatmentId, move, actor }) => ({
        clinicId,
        treatmentId,
        reminderId,
        type: move.status === "scheduled" ? "postponed" : move.status,
        actor,
        detail: {
          reason: move.reason,
          channel: move.channel,
          ...(move.dueAt && { dueAt: move.dueAt.toISOString() }),
        },
        at: now,
      })),
  );
}

function isPlainSuccess(move: Move): boolean {
  return move.status === "sent" || move.status === "delivered";
}
