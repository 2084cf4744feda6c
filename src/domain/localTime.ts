import { DateTime, IANAZone } from "luxon";
import { memory } from "./memory.ts";

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/**
 * A wall-clock reading, as the milliseconds since 1970 that a clock in UTC would show the same
 * reading at. It names a date and a time of day but no instant: a zone is needed for that.
 */
export type WallClock = number;

/** True for a zone of the IANA database (`America/New_York`, `UTC`), false for a bare offset. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

/** Minutes since midnight of a local time such as "09:30"; "24:00" is the end of a day. */
export function parseLocalTime(text: string): number | null {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (!match) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 24 * 60 ? minutes : null;
}

/** The other way round: 570 is "09:30". */
export function formatLocalTime(minutes: number): string {
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** What the clocks of `zone` show at `instant` (milliseconds since 1970). */
export function wallClockAt(instant: number, zone: string): WallClock {
  return instant + offsetMs(instant, zone);
}

/** Midnight at the start of the day that a wall clock shows. */
export function startOfDay(wall: WallClock): WallClock {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

/** Minutes since midnight that a wall clock shows, with its fraction. */
export function minuteOfDay(wall: WallClock): number {
  return (wall - startOfDay(wall)) / MINUTE_MS;
}

/** The weekday that a wall clock shows: 1 is Monday, 7 is Sunday. */
export function weekdayOf(wall: WallClock): number {
  // 1970-01-01 was a Thursday.
  return ((((Math.floor(wall / DAY_MS) + 3) % 7) + 7) % 7) + 1;
}

/**
 * The instant at which the clocks of `zone` show `wall`. In a spring gap, where they never do, the
 * first instant after the gap; in an autumn overlap, where they do twice, the first of the two that
 * is not before `notBefore` (the second where both are before it).
 */
export function instantShowing(wall: WallClock, zone: string, notBefore = -Infinity): number {
  const before = offsetMs(wall - DAY_MS, zone);
  const after = offsetMs(wall + DAY_MS, zone);
  if (before === after) return wall - before;

  const shows = (instant: number) => wallClockAt(instant, zone) === wall;
  const found = [wall - before, wall - after].filter(shows).sort((a, b) => a - b);
  const last = found.at(-1);
  if (last === undefined) return offsetChange(wall - DAY_MS, wall + DAY_MS, zone);
  return found.find((instant) => instant >= notBefore) ?? last;
}

/**
 * The first instant of the later offset, where the offset of `zone` differs between two instants;
 * `end` where it does not.
 */
export function offsetChange(start: number, end: number, zone: string): number {
  const old = offsetMs(start, zone);
  if (offsetMs(end, zone) === old) return end;
  let low = start;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, zone) === old) low = middle;
    else high = middle;
  }
  return high;
}

/** `instant` in RFC 3339 with the offset that `zone` has then: `2026-11-25T15:30:00-05:00`. */
export function formatInZone(instant: Date, zone: string): string {
  const at = instant.getTime();
  const ahead = offsetMs(at, zone);
  const shown = new Date(at + ahead).toISOString().slice(0, at % 1_000 === 0 ? 19 : 23);
  if (isUtc(zone)) return `${shown}Z`;
  const minutes = Math.trunc(Math.abs(ahead) / MINUTE_MS);
  return `${shown}${ahead < 0 ? "-" : "+"}${formatLocalTime(minutes)}`;
}

const isUtc = (zone: string) => /^(utc|gmt)$/i.test(zone);

/**
 * `instant` in words, as a patient of `zone` would say it: "Wednesday, November 25 at 3:30 PM" for
 * `en`, "miércoles, 25 de noviembre, 15:30" for `es`. Whether the day has 12 hours or 24 is the
 * locale's to say (Unicode CLDR). Spaces are plain ones: the narrow and unbreakable kinds that CLDR
 * puts before "PM" are not in GSM-7, and would more than double the price of a text.
 */
export function describeMoment(instant: Date, zone: string, locale: string): string {
  const words = DateTime.fromJSDate(instant, { zone }).setLocale(locale).toLocaleString({
    weekday: "long",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
  return words.replace(/\p{Zs}/gu, " ");
}

/** Asking a zone takes longer than all else here, and the same is asked again and again. */
const zones = memory<(minute: number) => number>(50);

/** What `zone` is ahead of UTC at `instant`; no offset changes within a minute. */
function offsetMs(instant: number, zone: string): number {
  return zones(zone, () => offsetsOf(zone))(Math.floor(instant / MINUTE_MS));
}

/** What a zone is ahead of UTC, in milliseconds, at a minute counted from 1970. */
function offsetsOf(zone: string): (minute: number) => number {
  const offsets = memory<number, number>(5_000);
  const asked = IANAZone.create(zone);
  return (minute) => offsets(minute, () => asked.offset(minute * MINUTE_MS) * MINUTE_MS);
}
