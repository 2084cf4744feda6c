import { parseSendWindow, type SendWindowText, sendWindowSchema, WEEKDAYS } from "./sendWindow.ts";

export type Weekday = (typeof WEEKDAYS)[number];

/**
 * Hours as people type them: "09:00-20:00" for every day, or "mon-fri 09:00-18:00, sat 10:00-14:00",
 * where a day that is left out is closed. Null where that is not what it says, a day comes twice, or
 * every day is closed.
 */
export function parseWeeklyHours(text: string): SendWindowText | null {
  const parts = text
    .trim()
    .toLowerCase()
    .split(/\s*,\s*/);
  const [only = ""] = parts;
  if (parts.length === 1 && !only.includes(" ")) return checked(only);
  const hours: Partial<Record<Weekday, string>> = {};
  for (const part of parts) {
    const [days = "", open = "", ...rest] = part.split(/\s+/);
    const named = daysIn(days);
    if (rest.length > 0 || named.length === 0) return null;
    for (const day of named) {
      if (hours[day] !== undefined) return null;
      hours[day] = open;
    }
  }
  return checked(hours);
}

/** The other way round: days with the same hours that follow each other are written as one. */
export function describeWeeklyHours(window: SendWindowText): string {
  if (typeof window === "string") return window;
  const runs: { from: Weekday; to: Weekday; open: string }[] = [];
  let before: string | null = null;
  for (const day of WEEKDAYS) {
    const open = window[day] ?? null;
    const last = runs.at(-1);
    if (open !== null && open === before && last) last.to = day;
    else if (open !== null) runs.push({ from: day, to: day, open });
    before = open;
  }
  return runs
    .map(({ from, to, open }) => `${from === to ? from : `${from}-${to}`} ${open}`)
    .join(", ");
}

/** The hours of each weekday, as `parseWeeklyHours` reads those of one; null on a closed day. */
export function hoursByDay(window: SendWindowText): Record<Weekday, string | null> {
  const onDay = (day: Weekday) => (typeof window === "string" ? window : (window[day] ?? null));
  return Object.fromEntries(WEEKDAYS.map((day) => [day, onDay(day)])) as Record<
    Weekday,
    string | null
  >;
}

/** The other way round; null where every day is closed, or a day has what is no hours. */
export function windowOfDays(
  days: Readonly<Record<Weekday, string | null>>,
): SendWindowText | null {
  const [first, ...others] = WEEKDAYS.map((day) => days[day]);
  if (first != null && others.every((each) => each === first)) return checked(first);
  return checked(Object.fromEntries(Object.entries(days).filter(([, open]) => open !== null)));
}

/** The days of "mon" or "mon-fri", which may go over the end of the week; none for anything else. */
function daysIn(text: string): Weekday[] {
  const [from = "", to = from, ...rest] = text.split("-");
  const [first, last] = [indexOf(from), indexOf(to)];
  if (rest.length > 0 || first < 0 || last < 0) return [];
  const count = ((last - first + WEEKDAYS.length) % WEEKDAYS.length) + 1;
  return Array.from(
    { length: count },
    (_, day) => WEEKDAYS[(first + day) % WEEKDAYS.length],
  ).filter((day) => day !== undefined);
}

function indexOf(day: string): number {
  return WEEKDAYS.findIndex((each) => each === day);
}

function checked(window: unknown): SendWindowText | null {
  const read = sendWindowSchema.safeParse(window);
  if (!read.success || parseSendWindow(read.data).every((hours) => hours === null)) return null;
  return read.data;
}
