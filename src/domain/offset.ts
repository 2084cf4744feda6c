import { DAY_MS, instantShowing, type WallClock, wallClockAt } from "./localTime.ts";

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
      return onCalendar(from, (wall) => wall + offset.amount * DAY_MS, zone);
    case "w":
      return onCalendar(from, (wall) => wall + offset.amount * 7 * DAY_MS, zone);
    case "mo":
      return onCalendar(from, (wall) => addMonths(wall, offset.amount), zone);
  }
}

/** The instant at which the clocks of `zone` show what `later` makes of what they showed at `from`. */
function onCalendar(from: Date, later: (wall: WallClock) => WallClock, zone: string): Date {
  const wall = later(wallClockAt(from.getTime(), zone));
  return new Date(instantShowing(wall, zone, from.getTime()));
}

function addMonths(wall: WallClock, months: number): WallClock {
  const date = new Date(wall);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // In a shorter month it has gone over into the next one: day 0 is the last of the month before.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}
