import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Ticket } from "../domain/claim.ts";
import type { Move } from "../domain/outcome.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";

/** A reminder to move: only from one of the statuses in `from`, and under the same ticket. */
export interface MoveRequest extends Ticket {
  clinicId: string;
  treatmentId: string;
  /** The channel that it had until now. */
  channel: ChannelName;
  from: readonly ReminderStatus[];
  move: Move;
  /** The part of the program that moves it, for its history. */
  actor: string;
  /** What its history calls the move, where that is more than where it leads. */
  event?: string;
  /** Why a person wanted it. */
  detail?: Record<string, unknown>;
}

/**
 * Moves reminders in one statement, and notes in their history whatever is not simply `sent`.
 * Returns the ids of those that were moved: the others were not where they were thought to be.
 */
export async function moveReminders(
  db: Queries,
  requests: readonly MoveRequest[],
  now: Date,
): Promise<Set<string>> {
  if (requests.length === 0) return new Set();
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
    channels: move.channels ?? null,
  }));
  const moved = await sql<{ id: string }>`
    update aftercare.reminders r
    set status = m.status, status_reason = m.reason, channel = m.channel, retries = m.retries,
      channels = coalesce(m.channels, r.channels),
      due_at = coalesce(m.due_at, r.due_at), send_until = coalesce(m.send_until, r.send_until),
      taken_at = case when m.status = 'unknown' then ${now}::timestamptz end, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as m(id uuid, dispatch_no int, "from" text[], status text, reason text, channel text,
        retries int, due_at timestamptz, send_until timestamptz, channels text[])
    where r.id = any(${idsIn(rows)}::uuid[]) and r.id = m.id and r.dispatch_no = m.dispatch_no and r.status = any(m."from")
    returning r.id`.execute(db);
  const ids = new Set(moved.rows.map((row) => row.id));
  const noted = requests.flatMap((request) => {
    const type = request.event ?? eventOf(request);
    return ids.has(request.reminderId) && type !== null ? [{ ...request, type }] : [];
  });
  await addEvents(
    db,
    noted.map(({ reminderId, clinicId, treatmentId, move, actor, type, detail }) => ({
      clinicId,
      treatmentId,
      reminderId,
      type,
      actor,
      detail: {
        reason: move.reason,
        channel: move.channel,
        ...(move.dueAt && { dueAt: move.dueAt.toISOString() }),
        ...detail,
      },
      at: now,
    })),
  );
  return ids;
}

/**
 * The ids of rows that a statement joins by. Named beside the join, they make it an index lookup
 * whatever the planner thinks of the table: without statistics it would read all that is queued.
 */
export function idsIn(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

/** What the history calls a move; null for the plain success, which its attempt tells. */
function eventOf({ move, channel }: MoveRequest): string | null {
  if (move.status === "sent" || move.status === "delivered") return null;
  if (move.status !== "scheduled") return move.status;
  if (move.channel !== channel) return "next channel";
  return move.dueAt === null ? "held" : "postponed";
}
