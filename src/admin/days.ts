import { DateTime } from "luxon";

/** The local day of `zone` in which `now` lies: its first instant, and that of the next day. */
export function dayOf(now: Date, zone: string): { from: Date; to: Date } {
  const [from = now, to = now] = dayStarts(now, zone, 0, 2);
  return { from, to };
}

/** The first instants of `count` local days of `zone`, from so many days after that of `now` on. */
export function dayStarts(now: Date, zone: string, after: number, count: number): Date[] {
  const today = DateTime.fromJSDate(now, { zone }).startOf("day");
  return Array.from({ length: count }, (_, day) =>
    today
      .plus({ days: after + day })
      .startOf("day")
      .toJSDate(),
  );
}

/** The first instant of a local date (`2026-11-25`) of `zone`. */
export function startOfDate(date: string, zone: string): Date {
  return DateTime.fromISO(date, { zone }).startOf("day").toJSDate();
}

/** The local date of an instant: `2026-11-25`. */
export function dateOf(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toISODate() ?? "";
}
