import { duration, localTime, say, sayTable } from "../output.ts";
import type { ReminderDetail } from "./clinic.ts";

/** Prints what was planned and what became of it; false where anything planned was not delivered. */
export function sayResult(reminders: ReminderDetail[], timeZone: string): boolean {
  const rows = reminders.map((reminder) => {
    const arrived = reminder.attempts.find(({ status }) => status === "delivered")?.endedAt ?? null;
    const latenessMs = arrived && arrived.getTime() - reminder.dueAt.getTime();
    return { reminder, arrived, latenessMs };
  });
  const inOrder = rows.toSorted((a, b) => a.reminder.dueAt.getTime() - b.reminder.dueAt.getTime());
  say();
  sayTable(
    ["step", "channel", "planned for", "arrived", "late by"],
    inOrder.map(({ reminder, arrived, latenessMs }) => [
      reminder.step,
      reminder.channel,
      localTime(reminder.dueAt, timeZone),
      arrived ? localTime(arrived, timeZone) : `no: ${reminder.statusReason ?? reminder.status}`,
      latenessMs === null ? "" : duration(latenessMs),
    ]),
  );
  const delivered = rows.filter(({ arrived }) => arrived !== null);
  const early = delivered.filter(({ latenessMs }) => (latenessMs ?? 0) < 0).length;
  const worst = Math.max(0, ...delivered.map(({ latenessMs }) => latenessMs ?? 0));
  say(
    `\nPlanned ${rows.length}, delivered ${delivered.length}, early ${early}; ` +
      `the latest came ${duration(worst)} of the patient's time after it was due.`,
  );
  return delivered.length === rows.length && early === 0;
}
