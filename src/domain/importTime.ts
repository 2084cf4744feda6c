import { MAX_AHEAD_MS } from "./enrolment.ts";
import { instantShowing, parseLocalTime } from "./localTime.ts";

/** Which of two numbers comes first in a date such as 03/04/2026. A year in front needs no order. */
export type DateOrder = "dmy" | "mdy";

/** What decides how a time in a file is read. */
export interface TimeReading {
  /** Null while nobody has said it: then dates that need one cannot be read. */
  order: DateOrder | null;
  /** The time of day of dates without one, such as "18:00"; null while nobody has said it. */
  timeOfDay: string | null;
  /** The zone of times without an offset. */
  zone: string;
  now: Date;
}

/** What a column of times looks like. */
export interface TimesSeen {
  /** The order that its dates are in; null where they may be in both, or are not in one. */
  order: DateOrder | null;
  /** A date whose order has to be known, such as 25/04/2026; null where there is none. */
  ordered: string | null;
  /** One that is another day in the other order, such as 03/04/2026. */
  unclear: string | null;
  /** Some dates can only be day first, and some only month first. */
  muddled: boolean;
  /** How many dates have no time of day. */
  withoutTime: number;
}

/** A text taken apart: a date with its year in front, or one whose order is open. */
interface Parts {
  year: number;
  first: number;
  second: number;
  yearFirst: boolean;
  /** Milliseconds since midnight; null where the text is a date alone. */
  clock: number | null;
  /** Milliseconds east of UTC; null where none is written. */
  offset: number | null;
}

const YEAR_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:t|,?\s+)(.+))?$/i;
const YEAR_LAST = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:,?\s+(.+))?$/;
const TIME =
  /^(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?\s?m\.?)?\s*(z|[+-]\d{2}:?\d{2})?$/i;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Looks at all times of a column for what they have in common; what is no time is left out. */
export function lookAtTimes(texts: Iterable<string>): TimesSeen {
  let [dayFirst, monthFirst, withoutTime] = [0, 0, 0];
  let ordered: string | null = null;
  let unclear: string | null = null;
  for (const text of texts) {
    const parts = partsOf(text);
    if (parts === null) continue;
    if (parts.clock === null) withoutTime++;
    if (parts.yearFirst) continue;
    const { first, second } = parts;
    ordered ??= text.trim();
    if (first > 12) dayFirst++;
    else if (second > 12) monthFirst++;
    else if (first !== second) unclear ??= text.trim();
  }
  const muddled = dayFirst > 0 && monthFirst > 0;
  // Where no date tells, and none is another day in the other order, either order will do.
  const open = unclear === null && ordered !== null ? "dmy" : null;
  const told = dayFirst > 0 ? "dmy" : monthFirst > 0 ? "mdy" : open;
  return { order: muddled ? null : told, ordered, unclear, muddled, withoutTime };
}

/** A date and, where a column of its own has it, its time of day. */
export function joinTime(date: string, time: string): string {
  return time.trim() === "" ? date : `${date.trim()} ${time.trim()}`;
}

/**
 * Reads when a treatment was done. Of a time that the clocks of a zone show twice in autumn it is the
 * later one, unless that is still to come: nothing is permitted early by it. Else says what is wrong,
 * in words that hold no value.
 */
export function readImportTime(
  text: string,
  { order, timeOfDay, zone, now }: TimeReading,
): { at: Date } | { problem: string } {
  const parts = partsOf(text);
  if (parts === null) return { problem: notATime(text, order) };
  if (!parts.yearFirst && order === null) {
    return { problem: "may be day first or month first: say which it is" };
  }
  const day = dayOf(parts, order);
  if (day === null) return { problem: "is no date in the order that was chosen" };
  const usual = timeOfDay === null ? null : parseLocalTime(timeOfDay);
  const clock = parts.clock ?? (usual === null ? null : usual * MINUTE_MS);
  if (clock === null) return { problem: "has no time of day: say which one is meant" };
  const wall = day + clock;
  if (parts.offset !== null) return { at: new Date(wall - parts.offset) };
  const later = instantShowing(wall, zone, Infinity);
  const ahead = later > now.getTime() + MAX_AHEAD_MS;
  return { at: new Date(ahead ? instantShowing(wall, zone) : later) };
}

function partsOf(typed: string): Parts | null {
  const text = typed.trim();
  const inFront = YEAR_FIRST.exec(text);
  const found = inFront ?? YEAR_LAST.exec(text);
  if (found === null) return null;
  const [, one = "", two = "", three = "", rest] = found;
  const time = rest === undefined ? { clock: null, offset: null } : timeOf(rest);
  if (time === null) return null;
  if (inFront !== null) {
    return {
      year: Number(one),
      first: Number(two),
      second: Number(three),
      yearFirst: true,
      ...time,
    };
  }
  const year = Number(three) + (three.length === 2 ? 2000 : 0);
  return { year, first: Number(one), second: Number(two), yearFirst: false, ...time };
}

function timeOf(text: string): { clock: number; offset: number | null } | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [, hours = "", minutes, seconds = "0", half, zone] = found;
  // "4" alone may be anything; "4 pm" is a time.
  if (minutes === undefined && half === undefined) return null;
  const hour = hourOf(Number(hours), half?.[0]?.toLowerCase());
  if (hour === null || Number(minutes ?? 0) > 59 || Number(seconds) > 59) return null;
  const clock = hour * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS + Number(seconds) * 1_000;
  return { clock, offset: zone === undefined ? null : offsetOf(zone) };
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour <= 23 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === "p" ? 12 : 0);
}

function offsetOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const [sign, digits] = [zone[0] === "-" ? -1 : 1, zone.slice(1).replace(":", "")];
  return sign * (Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * MINUTE_MS);
}

/** Midnight of the date as a wall clock; null where no calendar has it. */
function dayOf({ year, first, second, yearFirst }: Parts, order: DateOrder | null): number | null {
  const monthFirst = yearFirst || order === "mdy";
  const [month, day] = monthFirst ? [first, second] : [second, first];
  const wall = new Date(Date.UTC(year, month - 1, day));
  const real = wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day;
  return real ? wall.getTime() : null;
}

/** Shows a date in the order that was chosen: another would be read as another day, or as none. */
function notATime(text: string, order: DateOrder | null): string {
  const example = { dmy: " or 25/04/2026 15:30", mdy: " or 04/25/2026 3:30 pm" };
  return /^\d{5}(?:[.,]\d+)?$/.test(text.trim())
    ? "is a number by which a spreadsheet counts days: give the column the format of a date, and save again"
    : `is no date and time such as 2026-04-25 15:30${order === null ? "" : example[order]}`;
}
