import { DateTime } from "luxon";
import { instantShowing, wallClockAt } from "./localTime.ts";

/** How long after something a thing is: `m` and `h` elapse, `d`, `w` and `mo` go by the calendar. */
export interface Offset {
  amount: number;
  unit: "m" | "h" | "d" | "w" | "mo";
}

/** The largest amount, so that no offset leaves the range in which dates can be reckoned. */
const MAX_AMOUNT = 10_000;

/** What a text must be that `parseOffset` reads. */
export const OFFSET_FORM =
  "must be a number and a unit: m, h (elapsed), d, w or mo (calendar), such as 48h or 2w";

/** Reads `48h`, `30m`, `7d`, `2w`, `2mo`; null for anything else. */
export function parseOffset(text: string): Offset | null {
  const match = /^(\d{1,5})(mo|m|h|d|w)$/.exec(text);
  const amount = Number(match?.[1]);
  if (!match || amount > MAX_AMOUNT) return null;
  return { amount, unit: match[2] as Offset["unit"] };
}

/**
 * The instant at which `offset` has passed since `from`. Elapsed units count real time. Calendar
 * units keep the clock time that `zone` showed at `from`, on a later date; the end of a shorter
 * month clamps (31 January + 1mo is 28 or 29 February), and clock changes resolve as
 * `instantShowing` says.
 */
export function addOffset(from: Date, offset: Offset, zone: string): Date {
  switch (offset.unit) {
    case "m":
      return new Date(from.getTime() + offset.amount * 60_000);
    case "h":
      return new Date(from.getTime() + offset.amount * 3_600_000);
    case "d":
      return addCalendar(from, { days: offset.amount }, zone);
    case "w":
      return addCalendar(from, { weeks: offset.amount }, zone);
    case "mo":
      return addCalendar(from, { months: offset.amount }, zone);
  }
}

function addCalendar(
  from: Date,
  amount: { days: number } | { weeks: number } | { months: number },
  zone: string,
): Date {
  const wall = DateTime.fromMillis(wallClockAt(from.getTime(), zone), { zone: "utc" });
  const later = wall.plus(amount).toMillis();
  return new Date(instantShowing(later, zone, from.getTime()));
}
