import { isLanguageTag } from "../../domain/languageTag.ts";

/** How instants are told to one patient. */
export interface Times {
  /** Day and time of day: `Tue, Nov 24, 3:30 PM`. */
  short(instant: Date): string;
  /** The same with the whole date: `Monday, November 23, 2026 at 3:30 PM`. */
  long(instant: Date): string;
  /** What people call the zone: `Eastern Time`. */
  zone(instant: Date): string;
}

/**
 * Tells times in an IANA zone as is usual where `tag` is spoken; in the language of the page where
 * that is another, so that no sentence mixes two.
 */
export function timesIn(timeZone: string, tag: string, pageLocale: string): Times {
  const locale =
    languageOf(tag) === languageOf(pageLocale) && isLanguageTag(tag) ? tag : pageLocale;
  const short = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
  const long = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "full", timeStyle: "short" });
  const zone = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "longGeneric" });
  const nameOf = (instant: Date) =>
    zone.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value;
  return {
    short: (instant) => short.format(instant),
    long: (instant) => long.format(instant),
    zone: (instant) => nameOf(instant) ?? timeZone,
  };
}

function languageOf(tag: string): string {
  return (tag.split("-")[0] ?? tag).toLowerCase();
}
