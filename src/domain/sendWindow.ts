import { z } from "zod";
import {
  DAY_MS,
  formatLocalTime,
  instantShowing,
  minuteOfDay,
  offsetChange,
  parseLocalTime,
  startOfDay,
  wallClockAt,
  weekdayOf,
} from "./localTime.ts";

/** The days of a window, Monday first, as files and commands name them. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const hours = z
  .string()
  .refine((text) => parseHours(text) !== null, {
    message: 'must be hours of one day, such as "09:00-20:00"',
  })
  // What an editor knows of it: schemas/protocol.schema.json.
  .meta({ pattern: "^\\d{2}:\\d{2}-\\d{2}:\\d{2}$", examples: ["09:00-20:00"] });

/**
 * A send window as people write it: the same hours every day ("09:00-20:00"), or hours by weekday,
 * where a weekday that is left out or null is closed.
 */
export const sendWindowSchema = z.union([
  hours,
  z.strictObject(
    Object.fromEntries(WEEKDAYS.map((day) => [day, hours.nullable().optional()])) as Record<
      (typeof WEEKDAYS)[number],
      z.ZodOptional<z.ZodNullable<typeof hours>>
    >,
  ),
]);

export type SendWindowText = z.infer<typeof sendWindowSchema>;

/**
 * The hours of marketing texts, until a clinic chooses others: 11:00 to 18:00, not on Sundays, on
 * which some states of the United States allow none. docs/compliance.md has the sources.
 */
export const DEFAULT_REBOOK_WINDOW: SendWindowText = Object.fromEntries(
  WEEKDAYS.filter((day) => day !== "sun").map((day) => [day, "11:00-18:00"]),
);

/** The hours of one weekday in minutes since local midnight, `from` included, `to` not. */
interface Hours {
  from: number;
  to: number;
}

/** The local hours in which a clinic sends, Monday first; null is a closed day. */
export type SendWindow = readonly (Hours | null)[];

/** The hours that a clinic has until it chooses others: 09:00 to 20:00 every day. */
export const DEFAULT_SEND_WINDOW: SendWindowText = "09:00-20:00";

/** Reads what `sendWindowSchema` accepted. */
export function parseSendWindow(text: SendWindowText): SendWindow {
  if (typeof text === "string") return WEEKDAYS.map(() => parseHours(text));
  return WEEKDAYS.map((day) => parseHours(text[day] ?? ""));
}

/** The hours that are in both windows. */
export function narrowSendWindow(one: SendWindow, other: SendWindow): SendWindow {
  return one.map((hours, index) => {
    const limit = other[index];
    if (!hours || !limit) return null;
    const from = Math.max(hours.from, limit.from);
    const to = Math.min(hours.to, limit.to);
    return from < to ? { from, to } : null;
  });
}

/** A stretch of time in which sending is allowed: from `from` on, and before `until`. */
export interface Opening {
  from: Date;
  until: Date;
}

/** The earlier of two instants: an opening ends where its message goes stale. */
export function earlierOf(one: Date, other: Date): Date {
  return one < other ? one : other;
}

/**
 * The stretch in which a message due at `due` may be sent: it begins at `due` itself where the
 * window is open then, else when it next opens by the clocks of `zone`, which may be where they are
 * set back into it. Null where the window is closed on every day.
 */
export function nextOpening(window: SendWindow, zone: string, due: Date): Opening | null {
  const start = due.getTime();
  if (isOpenAt(window, zone, start)) return { from: due, until: closing(window, zone, start) };

  const opens = nextStart(window, zone, start);
  if (opens === null) return null;
  const change = offsetChange(start, opens, zone);
  const from = isOpenAt(window, zone, change) ? change : opens;
  return { from: new Date(from), until: closing(window, zone, from) };
}

/**
 * When the hours of a day next begin after `start`. Weekly hours that a clock change leaves out
 * come a week later, hence two weeks of days.
 */
function nextStart(window: SendWindow, zone: string, start: number): number | null {
  const today = startOfDay(wallClockAt(start, zone));
  for (let day = 0; day <= 15; day++) {
    const midnight = today + day * DAY_MS;
    const hours = hoursOn(window, midnight);
    if (!hours) continue;
    const opens = instantShowing(midnight + hours.from * 60_000, zone, start);
    if (opens >= start && isOpenAt(window, zone, opens)) return opens;
  }
  return null;
}

/** True where the clocks of `zone` show an hour at `instant` in which the window is open. */
export function isOpen(window: SendWindow, zone: string, instant: Date): boolean {
  return isOpenAt(window, zone, instant.getTime());
}

/** The hours in words for the decision trace, on the day that `zone` has at `instant`. */
export function describeHours(window: SendWindow, zone: string, instant: Date): string {
  const hours = hoursOn(window, wallClockAt(instant.getTime(), zone));
  return hours ? `${formatLocalTime(hours.from)}-${formatLocalTime(hours.to)}` : "closed";
}

function isOpenAt(window: SendWindow, zone: string, instant: number): boolean {
  const wall = wallClockAt(instant, zone);
  const hours = hoursOn(window, wall);
  const minute = minuteOfDay(wall);
  return hours !== null && minute >= hours.from && minute < hours.to;
}

/** When a window that is open at `instant` closes; clocks set back past its start close it too. */
function closing(window: SendWindow, zone: string, instant: number): Date {
  const wall = wallClockAt(instant, zone);
  const hours = hoursOn(window, wall);
  const closes = instantShowing(startOfDay(wall) + (hours?.to ?? 0) * 60_000, zone, instant);
  const change = offsetChange(instant, closes, zone);
  return new Date(isOpenAt(window, zone, change) ? closes : change);
}

function hoursOn(window: SendWindow, wall: number): Hours | null {
  return window[weekdayOf(wall) - 1] ?? null;
}

function parseHours(text: string): Hours | null {
  const [from, to, ...rest] = text.split("-").map(parseLocalTime);
  if (typeof from !== "number" || typeof to !== "number" || rest.length > 0) return null;
  return from < to ? { from, to } : null;
}
