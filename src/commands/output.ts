import Table from "cli-table3";
import { DateTime } from "luxon";

// Whoever reads the output may leave first, as in `aftercare plan … | head`. That ends nothing here.
process.stdout.on("error", () => {});

/** Writes a line to standard output. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Writes rows under a head, in columns. */
export function sayTable(head: string[], rows: string[][]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  say(table.toString());
}

/** An instant as the clocks of `zone` show it: `Sun 8 Mar 2026 16:30 -04:00`. */
export function localTime(instant: Date, zone: string): string {
  return DateTime.fromJSDate(instant, { zone })
    .setLocale("en-GB")
    .toFormat("ccc d MMM yyyy HH:mm ZZ");
}

/** A length of time in words, from milliseconds: `0.4 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
