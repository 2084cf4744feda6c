import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeMoment,
  formatInZone,
  formatLocalTime,
  instantShowing,
  isTimeZone,
  minuteOfDay,
  offsetChange,
  parseLocalTime,
  startOfDay,
  wallClockAt,
  weekdayOf,
} from "../../src/domain/localTime.ts";
import { moments, ZONES } from "./arbitraries.ts";
import { DAY, HOUR, MINUTE, readingAt } from "./intlClock.ts";
import { utc } from "./treatment.ts";

const wallOf = (text: string) => Date.parse(`${text}Z`);

describe("local times of day", () => {
  it.each([
    ["00:00", 0],
    ["09:30", 570],
    ["23:59", 1439],
    ["24:00", 1440],
  ])("%s is minute %i, and back", (text, minutes) => {
    expect(parseLocalTime(text)).toBe(minutes);
    expect(formatLocalTime(minutes)).toBe(text);
  });

  it.each(["", "9:30", "24:01", "25:00", "12:60", "12", "12:00:00", "noon", " 09:00", "09:00\n"])(
    "%j is none",
    (text) => {
      expect(parseLocalTime(text)).toBeNull();
    },
  );
});

describe("time zone names", () => {
  it.each(["America/New_York", "Asia/Kathmandu", "UTC", "Etc/GMT+5"])("%s is one", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(["", "+05:00", "-03", "UTC+5", "local", "Mars/Olympus", "America/New York"])(
    "%j is none",
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );

  it("every zone that Intl lists is one", () => {
    expect(ZONES.filter((zone) => !isTimeZone(zone))).toEqual([]);
  });
});

describe("the instant at which clocks show a time", () => {
  it.each([
    ["winter", "America/New_York", "2026-01-15T09:00", "2026-01-15T09:00-05:00"],
    ["summer", "America/New_York", "2026-07-15T09:00", "2026-07-15T09:00-04:00"],
    ["quarter hours", "Asia/Kathmandu", "2026-05-01T09:00", "2026-05-01T03:15Z"],
    ["half hours", "America/St_Johns", "2026-01-15T09:00", "2026-01-15T12:30Z"],
    ["far ahead", "Pacific/Kiritimati", "2026-01-15T09:00", "2026-01-14T19:00Z"],
    ["far behind", "Pacific/Pago_Pago", "2026-01-15T09:00", "2026-01-15T20:00Z"],
    ["just before a gap", "America/New_York", "2026-03-08T01:59", "2026-03-08T01:59-05:00"],
    ["start of a gap", "America/New_York", "2026-03-08T02:00", "2026-03-08T03:00-04:00"],
    ["inside a gap", "America/New_York", "2026-03-08T02:30", "2026-03-08T03:00-04:00"],
    ["end of a gap", "America/New_York", "2026-03-08T03:00", "2026-03-08T03:00-04:00"],
    ["half-hour gap", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30+11:00"],
    ["gap at midnight", "Africa/Cairo", "2026-04-24T00:30", "2026-04-24T01:00+03:00"],
    ["gap at 00:01", "Antarctica/Casey", "2020-10-04T01:00", "2020-10-04T03:01+11:00"],
    ["a skipped day", "Pacific/Apia", "2011-12-30T12:00", "2011-12-31T00:00+14:00"],
    ["day before it", "Pacific/Apia", "2011-12-29T23:59", "2011-12-29T23:59-10:00"],
    ["day after it", "Pacific/Apia", "2011-12-31T09:00", "2011-12-31T09:00+14:00"],
    ["overlap", "America/New_York", "2026-11-01T01:30", "2026-11-01T01:30-04:00"],
    ["half-hour overlap", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45+11:00"],
    ["two-hour overlap", "Antarctica/Troll", "2026-10-25T01:10", "2026-10-25T01:10+02:00"],
    ["overlap at midnight", "America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30-03:00"],
    ["after an overlap", "America/New_York", "2026-11-01T02:00", "2026-11-01T02:00-05:00"],
  ])("%s: %s %s", (_name, zone, wall, expected) => {
    expect(new Date(instantShowing(wallOf(wall), zone)).toISOString()).toBe(utc(expected));
  });

  it.each([
    ["at the first", "2026-11-01T01:30-04:00", "2026-11-01T01:30-04:00"],
    ["between the two", "2026-11-01T01:31-04:00", "2026-11-01T01:30-05:00"],
    ["at the second", "2026-11-01T01:30-05:00", "2026-11-01T01:30-05:00"],
    ["after both", "2026-11-01T02:00-05:00", "2026-11-01T01:30-05:00"],
  ])("of an overlap, not before an instant %s", (_name, notBefore, expected) => {
    const wall = wallOf("2026-11-01T01:30");
    const instant = instantShowing(wall, "America/New_York", Date.parse(notBefore));
    expect(new Date(instant).toISOString()).toBe(utc(expected));
  });

  it("is where it came from, for any zone and instant", () => {
    fc.assert(
      fc.property(moments(), ({ zone, instant }) => {
        const wall = wallClockAt(instant, zone);
        expect(instantShowing(wall, zone, instant)).toBe(instant);
        expect(instantShowing(wall, zone)).toBeLessThanOrEqual(instant);
        expect(wallClockAt(instantShowing(wall, zone), zone)).toBe(wall);
      }),
      { numRuns: 1000 },
    );
  });

  it("never shows an earlier time than was asked for, and the minute before never a later", () => {
    fc.assert(
      fc.property(moments(6 * HOUR), ({ zone, instant }) => {
        // Any reading near a clock change, so that gaps and overlaps are met as readings too.
        const wall = readingAt(instant, zone);
        for (const asked of [wall - HOUR, wall, wall + HOUR]) {
          const found = instantShowing(asked, zone);
          expect(readingAt(found, zone)).toBeGreaterThanOrEqual(asked);
          expect(readingAt(found - 1, zone)).toBeLessThan(asked);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("wall clocks", () => {
  it("show what Intl says, for any zone and instant", () => {
    fc.assert(
      fc.property(moments(), ({ zone, instant }) => {
        const wall = wallClockAt(instant, zone);
        expect(wall).toBe(readingAt(instant, zone));
        expect(startOfDay(wall) + minuteOfDay(wall) * MINUTE).toBeCloseTo(wall, 3);
        expect(weekdayOf(wall) % 7).toBe(new Date(wall).getUTCDay());
      }),
      { numRuns: 1000 },
    );
  });

  it("count days and minutes before 1970 as well", () => {
    const wall = wallOf("1969-12-31T23:30");
    expect(startOfDay(wall)).toBe(-DAY);
    expect(minuteOfDay(wall)).toBe(23 * 60 + 30);
    expect(weekdayOf(wall)).toBe(3);
  });
});

describe("a change of clocks", () => {
  it("is found to the millisecond, and is the end of the stretch where there is none", () => {
    const [start, end] = [Date.UTC(2026, 2, 6), Date.UTC(2026, 2, 10)];
    const spring = new Date("2026-03-08T07:00:00Z");
    expect(new Date(offsetChange(start, end, "America/New_York"))).toEqual(spring);
    expect(offsetChange(start, end, "Asia/Kathmandu")).toBe(end);
  });
});

describe("an instant in words", () => {
  it.each([
    ["America/New_York", "2026-11-25T20:30:00.000Z", "2026-11-25T15:30:00-05:00"],
    ["America/New_York", "2026-03-08T20:30:00.000Z", "2026-03-08T16:30:00-04:00"],
    ["Asia/Kathmandu", "2026-11-25T20:30:00.000Z", "2026-11-26T02:15:00+05:45"],
    ["Asia/Kathmandu", "2026-11-25T20:30:00.250Z", "2026-11-26T02:15:00.250+05:45"],
    ["UTC", "2026-11-25T20:30:00.000Z", "2026-11-25T20:30:00Z"],
  ])("%s %s is %s", (zone, instant, text) => {
    expect(formatInZone(new Date(instant), zone)).toBe(text);
  });

  it("reads back as the same instant, for any zone", () => {
    fc.assert(
      fc.property(moments(), ({ zone, instant }) => {
        const text = formatInZone(new Date(instant), zone);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$/);
        expect(Date.parse(text)).toBe(instant);
      }),
      { numRuns: 300 },
    );
  });
});

describe("an instant as a patient would say it", () => {
  const SATURDAY = "2026-11-28T20:30:00Z";

  it.each([
    ["America/New_York", "en", SATURDAY, /^Saturday, November 28 (at )?3:30 PM$/],
    ["America/New_York", "en-GB", SATURDAY, /^Saturday,? 28 November (at )?15:30$/],
    ["America/New_York", "es", SATURDAY, /^sábado, 28 de noviembre, 15:30$/],
    ["America/Mexico_City", "es-MX", SATURDAY, /^sábado, 28 de noviembre, 2:30 p\. ?m\.$/],
    ["Asia/Kathmandu", "en", SATURDAY, /^Sunday, November 29 (at )?2:15 AM$/],
    ["America/New_York", "en", "2026-03-08T07:00:00Z", /^Sunday, March 8 (at )?3:00 AM$/],
  ])("in %s and %s: %s", (zone, locale, instant, expected) => {
    const words = describeMoment(new Date(instant), zone, locale);
    expect(words).toMatch(expected);
    // The spaces of a text message: others would put it into UCS-2.
    expect(words.replace(/ /g, "")).not.toMatch(/\s/u);
  });
});
