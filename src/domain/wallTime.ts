import { DateTime } from "luxon";
import { instantShowing } from "./localTime.ts";

/**
 * The instant at which the clocks of `zone` show what a field for date and time has
 * (`2026-11-23T15:30`); in an autumn overlap the first of the two, in a spring gap the first after
 * it. Null for anything else.
 */
export function readWallTime(text: string, zone: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return null;
  const wall = DateTime.fromISO(text, { zone: "utc" });
  return wall.isValid ? new Date(instantShowing(wall.toMillis(), zone)) : null;
}

/** The other way round, to the minute. */
export function wallTimeOf(instant: Date, zone: string): string {
  return DateTime.fromJSDate(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm");
}
