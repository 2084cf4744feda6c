import type { SendWindowText } from "../../src/domain/sendWindow.ts";

/*
 * A second opinion on local time for the property tests. It asks Intl what a clock shows and walks
 * minute by minute; it shares no code and no way of thinking with src/domain. It relies on zones
 * that differ from UTC by whole minutes, which all have done since 1972.
 */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  formats.set(zone, made);
  return made;
}

/** What the clocks of `zone` show at `instant`, after 1970: "2026-03-08T01:59:59.999". */
export function shownAt(instant: number, zone: string): string {
  const [date, time] = formatOf(zone).format(instant).split(" ");
  return `${date}T${time}.${String(instant % 1000).padStart(3, "0")}`;
}

/** The same as a number that can be reckoned with: the instant at which UTC shows it. */
export function readingAt(instant: number, zone: string): number {
  return Date.parse(`${shownAt(instant, zone)}Z`);
}

/** The first instant from `from` on at which the clocks of `zone` show `reading` or later. */
function firstReaching(reading: number, zone: string, from: number): number {
  // No zone is more than 14 hours ahead of UTC, so nothing before this can show it; and no clock
  // has leapt by four hours since 2012, so that far from it an hour can be passed at once.
  let start = Math.max(from, reading - 15 * HOUR);
  while (readingAt(start, zone) < reading - 5 * HOUR) start += HOUR;
  for (let minute = Math.floor(start / MINUTE) * MINUTE; ; minute += MINUTE) {
    const begin = Math.max(start, minute);
    const reached = begin + Math.max(0, reading - readingAt(begin, zone));
    if (reached < minute + MINUTE) return reached;
  }
}

/** When `offset` ("48h", "7d", "2mo") has passed since `from`. */
export function passedAt(from: number, offset: string, zone: string): number {
  const [, amount = "", unit = ""] = /^(\d+)([a-z]+)$/.exec(offset) ?? [];
  const count = Number(amount);
  if (unit === "m") return from + count * MINUTE;
  if (unit === "h") return from + count * HOUR;

  const reading = readingAt(from, zone);
  if (unit === "d") return firstReaching(reading + count * DAY, zone, from);
  if (unit === "w") return firstReaching(reading + count * 7 * DAY, zone, from);

  const date = new Date(reading);
  const month = date.getUTCMonth() + count;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  const midnight = Date.UTC(date.getUTCFullYear(), month, day);
  return firstReaching(midnight + (reading % DAY), zone, from);
}

/** The first whole minute from `from` on at which clocks show `time`, or have jumped over it. */
function nextShowing(time: string, zone: string, from: number): number {
  const [hour, minute] = time.split(":").map(Number);
  const wanted = ((hour ?? 0) * 60 + (minute ?? 0)) * MINUTE;
  const first = Math.ceil(from / MINUTE) * MINUTE;
  let before = readingAt(first - MINUTE, zone);
  for (let instant = first; ; instant += MINUTE) {
    const now = readingAt(instant, zone);
    const last = Math.floor((now - wanted) / DAY) * DAY + wanted;
    if (last === now || last > before) return instant;
    before = now;
  }
}

/** When a step becomes true. */
export function becomesTrueAt(
  step: { after: string; at?: string | undefined },
  performedAt: number,
  zone: string,
): number {
  const passed = passedAt(performedAt, step.after, zone);
  return step.at === undefined ? passed : nextShowing(step.at, zone, passed);
}

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** True where every one of `windows` is open at `instant` by the clocks of `zone`. */
export function isOpenIn(windows: SendWindowText[], zone: string, instant: number): boolean {
  const [date = "", time = ""] = shownAt(instant, zone).split("T");
  const weekday = WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? "sun";
  return windows.every((window) => {
    const hours = typeof window === "string" ? window : window[weekday];
    const [from = "", to = ""] = hours?.split("-") ?? [];
    return from <= time && time < to;
  });
}

/** The first instant in [from, before) at which every window is open (or, closed), by stepping. */
export function firstOpen(
  windows: SendWindowText[],
  zone: string,
  from: number,
  before: number,
  open = true,
): number | null {
  const next = (Math.floor(from / MINUTE) + 1) * MINUTE;
  for (let instant = from; instant < before; instant = instant < next ? next : instant + MINUTE) {
    if (isOpenIn(windows, zone, instant) === open) return instant;
  }
  return null;
}

const changes = new Map<string, number[]>();

/** The instants at which the clocks of `zone` change in `year`. */
export function clockChanges(zone: string, year: number): number[] {
  const key = `${zone} ${year}`;
  const known = changes.get(key);
  if (known) return known;
  const ahead = (instant: number) => readingAt(instant, zone) - instant;
  const found: number[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  for (let low = Date.UTC(year, 0, 1); low < end; low += 10 * DAY) {
    let high = Math.min(low + 10 * DAY, end);
    if (ahead(low) === ahead(high)) continue;
    let old = low;
    while (high - old > MINUTE) {
      const middle = old + Math.floor((high - old) / MINUTE / 2) * MINUTE;
      if (ahead(middle) === ahead(low)) old = middle;
      else high = middle;
    }
    found.push(high);
  }
  changes.set(key, found);
  return found;
}
