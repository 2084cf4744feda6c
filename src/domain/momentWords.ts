import { DateTime } from "luxon";

/** An instant as people say it: "15:30 on Wednesday 25 November 2026". */
export function momentWords(instant: Date, zone: string): string {
  const local = DateTime.fromJSDate(instant, { zone }).setLocale("en-GB");
  const seconds = local.second > 0 ? "HH:mm:ss" : "HH:mm";
  return local.toFormat(`${seconds} 'on' cccc d LLLL yyyy`);
}
