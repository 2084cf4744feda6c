import type { PastPause } from "../domain/channelState.ts";
import { CANCELLABLE } from "../domain/reminder.ts";
import type { Attempt } from "../ledger/attempts.ts";
import { listPauses } from "../ledger/channelPauses.ts";
import type { Event } from "../ledger/events.ts";
import type { Queries } from "../ledger/ledger.ts";
import type { Reminder } from "../ledger/reminders.ts";

/** A reminder with what has become of it. */
export interface Followed {
  reminder: Reminder;
  attempts: readonly Attempt[];
  events: readonly Event[];
}

/** When a reminder was given up; null where that was never, or when it was planned. */
export function skippedAt({ reminder, events }: Followed): Date | null {
  if (reminder.status !== "skipped") return null;
  return events.findLast(({ type }) => type === "skipped")?.at ?? null;
}

/** The pauses of its channel that a reminder met between the time that it was due and its end. */
export async function pausesMet(
  db: Queries,
  clinicId: string,
  followed: Followed,
  now: Date,
): Promise<PastPause[]> {
  const { reminder, events, attempts } = followed;
  const { channel, dueAt } = reminder;
  const to = CANCELLABLE.includes(reminder.status) ? now : lastHeardOf(followed);
  // Each time that it was put off, it had been due before.
  const putOff = events.find(({ type }) => type === "postponed" || type === "held")?.at;
  const times = [dueAt, putOff ?? dueAt, attempts[0]?.startedAt ?? dueAt];
  const from = new Date(Math.min(...times.map((time) => time.getTime())));
  if (to === null || to <= from) return [];
  return listPauses(db, { clinicId, channel, from, to });
}

/** When it left, or was given up. */
function lastHeardOf(followed: Followed): Date | null {
  const { reminder, events, attempts } = followed;
  if (reminder.status === "skipped") return skippedAt(followed);
  if (reminder.status === "cancelled") {
    return events.findLast(({ type }) => type === "cancelled")?.at ?? null;
  }
  return attempts.at(-1)?.startedAt ?? null;
}
