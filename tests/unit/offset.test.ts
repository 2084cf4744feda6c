import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addOffset, parseOffset } from "../../src/domain/offset.ts";
import { moments, offsets } from "./arbitraries.ts";
import { passedAt } from "./intlClock.ts";
import { rows } from "./table.ts";
import { utc } from "./treatment.ts";

function add(from: Date, text: string, zone: string): Date {
  const offset = parseOffset(text);
  if (offset === null) throw new Error(`not an offset: ${text}`);
  return addOffset(from, offset, zone);
}

describe("an offset in words", () => {
  it.each([
    ["0h", 0, "h"],
    ["48h", 48, "h"],
    ["30m", 30, "m"],
    ["7d", 7, "d"],
    ["2w", 2, "w"],
    ["2mo", 2, "mo"],
    ["10000d", 10_000, "d"],
  ])("%s is %i %s", (text, amount, unit) => {
    expect(parseOffset(text)).toEqual({ amount, unit });
  });

  it.each([
    "",
    "48",
    "h",
    "48 h",
    "-1h",
    "1.5h",
    "1y",
    "48H",
    "2months",
    "10001d",
    "999999h",
    "1h30m",
  ])("%j is none", (text) => {
    expect(parseOffset(text)).toBeNull();
  });
});

describe("elapsed time", () => {
  it.each(
    rows(`
      no clock change               | 2026-11-23T15:30-05:00 | 48h | 2026-11-25T15:30-05:00
      over spring                   | 2026-03-06T15:30-05:00 | 48h | 2026-03-08T16:30-04:00
      over autumn                   | 2026-10-31T15:30-04:00 | 48h | 2026-11-02T14:30-05:00
      to the second of an overlap   | 2026-11-01T00:30-04:00 | 2h  | 2026-11-01T01:30-05:00
      minutes over spring           | 2026-03-08T01:45-05:00 | 30m | 2026-03-08T03:15-04:00
      none                          | 2026-11-23T15:30-05:00 | 0h  | 2026-11-23T15:30-05:00
    `),
  )("%s: %s + %s", (_name, from, offset, expected) => {
    expect(add(new Date(from), offset, "America/New_York").toISOString()).toBe(utc(expected));
  });
});

describe("calendar time", () => {
  it.each(
    rows(`
      days                          | 2026-11-23T15:30-05:00 | 7d   | 2026-11-30T15:30-05:00
      weeks                         | 2026-11-23T15:30-05:00 | 2w   | 2026-12-07T15:30-05:00
      months                        | 2026-11-23T15:30-05:00 | 2mo  | 2027-01-23T15:30-05:00
      same clock over spring        | 2026-03-07T16:00-05:00 | 1d   | 2026-03-08T16:00-04:00
      same clock over autumn        | 2026-10-31T16:00-04:00 | 1d   | 2026-11-01T16:00-05:00
      months over spring            | 2026-02-20T10:00-05:00 | 1mo  | 2026-03-20T10:00-04:00
      the zone's date, not UTC's    | 2026-01-31T21:00-05:00 | 1mo  | 2026-02-28T21:00-05:00
      the end of a month            | 2026-01-31T15:30-05:00 | 1mo  | 2026-02-28T15:30-05:00
      the end of a leap month       | 2028-01-31T15:30-05:00 | 1mo  | 2028-02-29T15:30-05:00
      the end of a month of 30 days | 2026-03-31T15:30-04:00 | 1mo  | 2026-04-30T15:30-04:00
      over the turn of a year       | 2026-12-31T15:30-05:00 | 2mo  | 2027-02-28T15:30-05:00
      a leap day                    | 2028-02-29T15:30-05:00 | 12mo | 2029-02-28T15:30-05:00
      no clamp where it fits        | 2026-01-31T15:30-05:00 | 2mo  | 2026-03-31T15:30-04:00
      into a gap                    | 2026-03-07T02:30-05:00 | 1d   | 2026-03-08T03:00-04:00
      into an overlap               | 2026-10-31T01:30-04:00 | 1d   | 2026-11-01T01:30-04:00
      none, from the first of two   | 2026-11-01T01:30-04:00 | 0d   | 2026-11-01T01:30-04:00
      none, from the second of two  | 2026-11-01T01:30-05:00 | 0d   | 2026-11-01T01:30-05:00
      on from the second of two     | 2026-11-01T01:30-05:00 | 1d   | 2026-11-02T01:30-05:00
    `),
  )("%s: %s + %s", (_name, from, offset, expected) => {
    expect(add(new Date(from), offset, "America/New_York").toISOString()).toBe(utc(expected));
  });

  it.each(
    rows(`
      Asia/Kathmandu      | 2026-11-23T15:30+05:45 | 7d | 2026-11-30T15:30+05:45
      America/St_Johns    | 2026-03-07T15:30-03:30 | 1d | 2026-03-08T15:30-02:30
      Pacific/Chatham     | 2026-09-26T02:50+12:45 | 1d | 2026-09-27T03:45+13:45
      Australia/Lord_Howe | 2026-10-03T02:15+10:30 | 1d | 2026-10-04T02:30+11:00
      Australia/Lord_Howe | 2026-04-04T01:45+11:00 | 1d | 2026-04-05T01:45+11:00
      Africa/Cairo        | 2026-04-23T00:20+02:00 | 1d | 2026-04-24T01:00+03:00
      Pacific/Apia        | 2011-12-29T10:00-10:00 | 1d | 2011-12-31T00:00+14:00
      Pacific/Apia        | 2011-12-29T10:00-10:00 | 2d | 2011-12-31T10:00+14:00
    `),
  )("in %s: %s + %s", (zone, from, offset, expected) => {
    expect(add(new Date(from), offset, zone).toISOString()).toBe(utc(expected));
  });

  it("keeps seconds and milliseconds", () => {
    const passed = add(new Date("2026-11-23T15:30:42.125-05:00"), "1d", "America/New_York");
    expect(passed.toISOString()).toBe("2026-11-24T20:30:42.125Z");
  });

  it("and elapsed time part ways over a skipped day", () => {
    const passed = add(new Date("2011-12-29T10:00-10:00"), "24h", "Pacific/Apia");
    expect(passed.toISOString()).toBe(utc("2011-12-31T10:00+14:00"));
  });
});

describe("any offset", () => {
  it("has passed exactly when a clock that is watched minute by minute says so", () => {
    fc.assert(
      fc.property(moments(4 * 86_400_000), offsets, ({ zone, instant }, text) => {
        const passed = add(new Date(instant), text, zone).getTime();
        expect(passed).toBe(passedAt(instant, text, zone));
        expect(passed).toBeGreaterThanOrEqual(instant);
      }),
      { numRuns: 250 },
    );
  });

  it("is not early where it ends near a clock change", () => {
    fc.assert(
      fc.property(moments(3 * 3_600_000), fc.integer({ min: 0, max: 20 }), (moment, days) => {
        const { zone, instant } = moment;
        const from = instant - days * 86_400_000;
        const passed = add(new Date(from), `${days}d`, zone).getTime();
        expect(passed).toBe(passedAt(from, `${days}d`, zone));
      }),
      { numRuns: 250 },
    );
  });
});
