import { describe, expect, it } from "vitest";
import {
  DEFAULT_SEND_WINDOW,
  describeHours,
  isOpen,
  narrowSendWindow,
  nextOpening,
  parseSendWindow,
  type SendWindowText,
  sendWindowSchema,
} from "../../src/domain/sendWindow.ts";
import { rows } from "./table.ts";
import { utc } from "./treatment.ts";

const NEW_YORK = "America/New_York";
const NIGHTS = { sun: "02:10-02:50" };
const MONDAYS = { mon: "21:00-23:00" };
const WORKDAYS = { mon: "09:00-18:00", tue: "09:00-18:00", wed: null, thu: "10:00-20:00" };

function opening(window: SendWindowText, zone: string, due: string): string[] | null {
  const found = nextOpening(parseSendWindow(window), zone, new Date(due));
  return found && [found.from.toISOString(), found.until.toISOString()];
}

describe("a send window in words", () => {
  it.each<[SendWindowText]>([
    ["09:00-20:00"],
    ["00:00-24:00"],
    ["23:59-24:00"],
    [WORKDAYS],
    [{ sun: "10:00-12:00", sat: null }],
  ])("%j is read", (text) => {
    expect(sendWindowSchema.parse(text)).toEqual(text);
  });

  it.each<[unknown, string]>([
    ["20:00-09:00", ""],
    ["09:00-09:00", ""],
    ["9:00-20:00", ""],
    ["09:00-24:01", ""],
    ["09:00", ""],
    ["09:00-12:00-14:00", ""],
    ["any", ""],
    [{ mon: "18:00-09:00" }, "mon"],
    [{ tue: "all day" }, "tue"],
  ])("%j is refused, and the message shows how it is written", (text, path) => {
    const issues = sendWindowSchema.safeParse(text).error?.issues ?? [];
    expect(issues.map((issue) => [issue.path.join("."), issue.message])).toEqual([
      [path, 'must be hours of one day, such as "09:00-20:00"'],
    ]);
  });

  it("with an unknown weekday is refused", () => {
    const { error } = sendWindowSchema.safeParse({ monday: "09:00-20:00" });
    expect(error?.issues[0]?.message).toContain('"monday"');
  });

  it("of a clinic that has chosen none is 09:00 to 20:00 every day", () => {
    const window = parseSendWindow(DEFAULT_SEND_WINDOW);
    const week = [23, 24, 25, 26, 27, 28, 29];
    for (const day of week) {
      expect(isOpen(window, NEW_YORK, new Date(`2026-11-${day}T08:59:59.999-05:00`))).toBe(false);
      expect(isOpen(window, NEW_YORK, new Date(`2026-11-${day}T09:00:00-05:00`))).toBe(true);
      expect(isOpen(window, NEW_YORK, new Date(`2026-11-${day}T19:59:59.999-05:00`))).toBe(true);
      expect(isOpen(window, NEW_YORK, new Date(`2026-11-${day}T20:00:00-05:00`))).toBe(false);
    }
  });
});

describe("two windows", () => {
  it.each<[string, SendWindowText, SendWindowText, SendWindowText]>([
    ["one inside the other", "09:00-20:00", "10:00-12:00", "10:00-12:00"],
    ["a wider one widens nothing", "09:00-20:00", "06:00-23:00", "09:00-20:00"],
    ["crossing", "09:00-20:00", "18:00-22:00", "18:00-20:00"],
    ["meeting at a minute", "09:00-20:00", "20:00-22:00", {}],
    ["apart", "09:00-12:00", "13:00-14:00", {}],
    [
      "closed days stay closed",
      WORKDAYS,
      "08:00-11:00",
      {
        mon: "09:00-11:00",
        tue: "09:00-11:00",
        thu: "10:00-11:00",
      },
    ],
    [
      "by weekday both",
      { mon: "09:00-12:00", tue: "09:00-12:00" },
      { tue: "11:00-13:00", wed: "09:00-10:00" },
      {
        tue: "11:00-12:00",
      },
    ],
  ])("narrow to the hours in both: %s", (_name, one, other, both) => {
    const [first, second] = [parseSendWindow(one), parseSendWindow(other)];
    expect(narrowSendWindow(first, second)).toEqual(parseSendWindow(both));
    expect(narrowSendWindow(second, first)).toEqual(parseSendWindow(both));
  });
});

// 23 November 2026 is a Monday; the clocks change on Sunday 8 March and Sunday 1 November.
describe("the next opening", () => {
  it.each(
    rows(`
      open now           | 09:00-20:00 | 11-23T15:30:20-05:00 | 11-23T15:30:20-05:00 | 11-23T20:00-05:00
      opening now        | 09:00-20:00 | 11-23T09:00-05:00    | 11-23T09:00-05:00    | 11-23T20:00-05:00
      early in the day   | 09:00-20:00 | 11-23T02:00-05:00    | 11-23T09:00-05:00    | 11-23T20:00-05:00
      just before it     | 09:00-20:00 | 11-23T08:59:59-05:00 | 11-23T09:00-05:00    | 11-23T20:00-05:00
      the last second    | 09:00-20:00 | 11-23T19:59:59-05:00 | 11-23T19:59:59-05:00 | 11-23T20:00-05:00
      closing now        | 09:00-20:00 | 11-23T20:00-05:00    | 11-24T09:00-05:00    | 11-24T20:00-05:00
      late in the day    | 09:00-20:00 | 11-23T22:10-05:00    | 11-24T09:00-05:00    | 11-24T20:00-05:00
      to midnight        | 09:00-24:00 | 11-23T21:00-05:00    | 11-23T21:00-05:00    | 11-24T00:00-05:00
      into summer time   | 09:00-20:00 | 03-07T22:00-05:00    | 03-08T09:00-04:00    | 03-08T20:00-04:00
      into winter time   | 09:00-20:00 | 10-31T22:00-04:00    | 11-01T09:00-05:00    | 11-01T20:00-05:00
      open over a gap    | 01:00-04:00 | 03-08T01:30-05:00    | 03-08T01:30-05:00    | 03-08T04:00-04:00
      opening in a gap   | 02:30-04:00 | 03-08T00:00-05:00    | 03-08T03:00-04:00    | 03-08T04:00-04:00
      closing in a gap   | 01:00-02:30 | 03-08T01:30-05:00    | 03-08T01:30-05:00    | 03-08T03:00-04:00
      lost in a gap      | 02:10-02:50 | 03-08T00:00-05:00    | 03-09T02:10-04:00    | 03-09T02:50-04:00
      over an overlap    | 00:00-04:00 | 11-01T00:30-04:00    | 11-01T00:30-04:00    | 11-01T04:00-05:00
      closing, of two    | 00:00-01:30 | 11-01T00:30-04:00    | 11-01T00:30-04:00    | 11-01T01:30-04:00
      open again         | 00:00-01:30 | 11-01T01:40-04:00    | 11-01T01:00-05:00    | 11-01T01:30-05:00
      closed by clocks   | 01:30-04:00 | 11-01T01:40-04:00    | 11-01T01:40-04:00    | 11-01T01:00-05:00
      opening, of two    | 01:30-04:00 | 11-01T00:10-04:00    | 11-01T01:30-04:00    | 11-01T01:00-05:00
      opening again      | 01:30-04:00 | 11-01T01:10-05:00    | 11-01T01:30-05:00    | 11-01T04:00-05:00
    `),
  )("%s: %s, due %s", (_name, window, due, from, until) => {
    const expected = [utc(`2026-${from}`), utc(`2026-${until}`)];
    expect(opening(window, NEW_YORK, `2026-${due}`)).toEqual(expected);
  });

  it.each<[string, SendWindowText, string, string, string]>([
    ["over a closed day", WORKDAYS, "11-24T18:00-05:00", "11-26T10:00-05:00", "11-26T20:00-05:00"],
    ["over closed days", WORKDAYS, "11-26T21:00-05:00", "11-30T09:00-05:00", "11-30T18:00-05:00"],
    ["a week on", MONDAYS, "11-23T23:00-05:00", "11-30T21:00-05:00", "11-30T23:00-05:00"],
    ["on the local day", MONDAYS, "11-23T21:30-05:00", "11-23T21:30-05:00", "11-23T23:00-05:00"],
    ["weekly in a gap", NIGHTS, "03-01T03:00-05:00", "03-15T02:10-04:00", "03-15T02:50-04:00"],
  ])("by weekday: %s", (_name, window, due, from, until) => {
    const expected = [utc(`2026-${from}`), utc(`2026-${until}`)];
    expect(opening(window, NEW_YORK, `2026-${due}`)).toEqual(expected);
  });

  it.each(
    rows(`
      Asia/Kathmandu      | 09:00-20:00 | 2026-11-23T07:45+05:45 | 2026-11-23T09:00+05:45
      Pacific/Honolulu    | 19:00-20:00 | 2026-11-23T18:00-10:00 | 2026-11-23T19:00-10:00
      Pacific/Auckland    | 07:00-08:00 | 2026-11-23T06:00+13:00 | 2026-11-23T07:00+13:00
      America/St_Johns    | 09:00-20:00 | 2026-11-22T22:30-03:30 | 2026-11-23T09:00-03:30
      Australia/Lord_Howe | 02:10-03:00 | 2026-10-04T00:00+10:30 | 2026-10-04T02:30+11:00
      Australia/Lord_Howe | 01:00-01:45 | 2026-04-05T01:50+11:00 | 2026-04-05T01:30+10:30
      America/Santiago    | 09:00-23:30 | 2026-04-04T23:40-03:00 | 2026-04-04T23:00-04:00
      Africa/Cairo        | 00:10-06:00 | 2026-04-23T22:00+02:00 | 2026-04-24T01:00+03:00
      Pacific/Apia        | 09:00-20:00 | 2011-12-29T20:00-10:00 | 2011-12-31T09:00+14:00
    `),
  )("in %s: %s, due %s", (zone, window, due, from) => {
    expect(opening(window, zone, due)?.[0]).toBe(utc(from));
  });

  it("of the only weekday, where the calendar leaves it out, is two weeks on", () => {
    const found = opening({ fri: "09:00-12:00" }, "Pacific/Apia", "2011-12-23T12:00-10:00");
    expect(found?.[0]).toBe(utc("2012-01-06T09:00+14:00"));
  });

  it("closes where clocks are set back past its start", () => {
    const found = opening("01:40-03:00", "Australia/Lord_Howe", "2026-04-05T01:50+11:00");
    expect(found?.[1]).toBe(utc("2026-04-05T02:00+11:00"));
  });

  it("of a window without an open day is none", () => {
    expect(opening({}, NEW_YORK, "2026-11-23T15:30-05:00")).toBeNull();
  });
});

describe("the hours in words", () => {
  it.each([
    ["2026-11-23T15:30-05:00", "09:00-18:00"],
    ["2026-11-25T15:30-05:00", "closed"],
    ["2026-11-26T15:30-05:00", "10:00-20:00"],
    ["2026-11-27T04:30Z", "10:00-20:00"],
  ])("are those of the local day: %s %s", (instant, text) => {
    expect(describeHours(parseSendWindow(WORKDAYS), NEW_YORK, new Date(instant))).toBe(text);
  });
});
