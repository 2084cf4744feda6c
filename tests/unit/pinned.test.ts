import { describe, expect, it } from "vitest";
import { readingAt } from "./intlClock.ts";
import { rows } from "./table.ts";
import { planOf } from "./treatment.ts";

/*
 * Plans to the minute, in UTC. The suite runs under TZ=UTC, America/New_York and Asia/Kathmandu:
 * all three must agree, because the zone of the machine is nobody's zone.
 */

const STEPS: Parameters<typeof planOf>[0] = [
  { key: "essentials", after: "0h", expires: "6h", send: "all", window: "any" },
  { key: "makeup-ok", after: "24h", expires: "2d", topics: ["makeup"] },
  { key: "retinol-ok", after: "48h", expires: "5d", topics: ["retinol", "vitamin-c"] },
  { key: "gym-ok", after: "72h", expires: "5d", topics: ["gym"] },
  { key: "sun", after: "7d", at: "10:00", expires: "4d", window: "10:00-18:00" },
  { key: "healed", after: "2mo", at: "21:30", expires: "2w", kind: "checkin" },
];

/** Step, channel, dueAt, sendUntil and expiresAt of each reminder. */
function planned(zone: string, performedAt: string): string[][] {
  const minute = (instant: Date) => instant.toISOString().replace(":00.000Z", "Z");
  return planOf(STEPS, { zone, performedAt }).map((reminder) => [
    reminder.step,
    reminder.channel,
    minute(reminder.dueAt),
    minute(reminder.sendUntil),
    minute(reminder.expiresAt),
  ]);
}

describe("whatever the zone of the machine, a plan", () => {
  it("over spring in New York", () => {
    const expected = rows(`
      essentials | sms   | 2026-03-06T20:30Z | 2026-03-06T21:30Z | 2026-03-07T02:30Z
      essentials | email | 2026-03-06T20:30Z | 2026-03-06T21:30Z | 2026-03-07T02:30Z
      makeup-ok  | sms   | 2026-03-07T20:30Z | 2026-03-08T01:00Z | 2026-03-09T19:30Z
      retinol-ok | sms   | 2026-03-08T20:30Z | 2026-03-09T00:00Z | 2026-03-13T20:30Z
      gym-ok     | sms   | 2026-03-09T20:30Z | 2026-03-10T00:00Z | 2026-03-14T20:30Z
      sun        | sms   | 2026-03-14T14:00Z | 2026-03-14T22:00Z | 2026-03-18T14:00Z
      healed     | sms   | 2026-05-07T13:00Z | 2026-05-08T00:00Z | 2026-05-21T01:30Z
    `);
    expect(planned("America/New_York", "2026-03-06T15:30-05:00")).toEqual(expected);
  });

  it("over autumn in New York", () => {
    const expected = rows(`
      essentials | sms   | 2026-10-31T02:10Z | 2026-10-31T03:10Z | 2026-10-31T08:10Z
      essentials | email | 2026-10-31T02:10Z | 2026-10-31T03:10Z | 2026-10-31T08:10Z
      makeup-ok  | sms   | 2026-11-01T14:00Z | 2026-11-02T01:00Z | 2026-11-03T03:10Z
      retinol-ok | sms   | 2026-11-02T14:00Z | 2026-11-03T01:00Z | 2026-11-07T02:10Z
      gym-ok     | sms   | 2026-11-03T14:00Z | 2026-11-04T01:00Z | 2026-11-08T02:10Z
      sun        | sms   | 2026-11-07T15:00Z | 2026-11-07T23:00Z | 2026-11-11T15:00Z
      healed     | sms   | 2027-01-01T14:00Z | 2027-01-02T01:00Z | 2027-01-15T02:30Z
    `);
    expect(planned("America/New_York", "2026-10-30T22:10-04:00")).toEqual(expected);
  });

  it("in Kathmandu, just before the window closes", () => {
    const expected = rows(`
      essentials | sms   | 2026-11-23T14:00Z | 2026-11-23T15:00Z | 2026-11-23T20:00Z
      essentials | email | 2026-11-23T14:00Z | 2026-11-23T15:00Z | 2026-11-23T20:00Z
      makeup-ok  | sms   | 2026-11-24T14:00Z | 2026-11-24T14:15Z | 2026-11-26T14:00Z
      retinol-ok | sms   | 2026-11-25T14:00Z | 2026-11-25T14:15Z | 2026-11-30T14:00Z
      gym-ok     | sms   | 2026-11-26T14:00Z | 2026-11-26T14:15Z | 2026-12-01T14:00Z
      sun        | sms   | 2026-12-01T04:15Z | 2026-12-01T12:15Z | 2026-12-05T04:15Z
      healed     | sms   | 2027-01-24T03:15Z | 2027-01-24T14:15Z | 2027-02-06T15:45Z
    `);
    expect(planned("Asia/Kathmandu", "2026-11-23T19:45+05:45")).toEqual(expected);
  });

  it("over Lord Howe's half hour", () => {
    const expected = rows(`
      essentials | sms   | 2026-09-30T15:40Z | 2026-09-30T16:40Z | 2026-09-30T21:40Z
      essentials | email | 2026-09-30T15:40Z | 2026-09-30T16:40Z | 2026-09-30T21:40Z
      makeup-ok  | sms   | 2026-10-01T22:30Z | 2026-10-02T09:30Z | 2026-10-03T15:30Z
      retinol-ok | sms   | 2026-10-02T22:30Z | 2026-10-03T09:30Z | 2026-10-07T15:10Z
      gym-ok     | sms   | 2026-10-03T22:00Z | 2026-10-04T09:00Z | 2026-10-08T15:40Z
      sun        | sms   | 2026-10-07T23:00Z | 2026-10-08T07:00Z | 2026-10-11T23:00Z
      healed     | sms   | 2026-12-01T22:00Z | 2026-12-02T09:00Z | 2026-12-15T10:30Z
    `);
    expect(planned("Australia/Lord_Howe", "2026-10-01T02:10+10:30")).toEqual(expected);
  });

  it("from the last day of a year in London", () => {
    const expected = rows(`
      essentials | sms   | 2026-12-31T09:00Z | 2026-12-31T10:00Z | 2026-12-31T15:00Z
      essentials | email | 2026-12-31T09:00Z | 2026-12-31T10:00Z | 2026-12-31T15:00Z
      makeup-ok  | sms   | 2027-01-01T09:00Z | 2027-01-01T20:00Z | 2027-01-03T09:00Z
      retinol-ok | sms   | 2027-01-02T09:00Z | 2027-01-02T20:00Z | 2027-01-07T09:00Z
      gym-ok     | sms   | 2027-01-03T09:00Z | 2027-01-03T20:00Z | 2027-01-08T09:00Z
      sun        | sms   | 2027-01-07T10:00Z | 2027-01-07T18:00Z | 2027-01-11T10:00Z
      healed     | sms   | 2027-03-01T09:00Z | 2027-03-01T20:00Z | 2027-03-14T21:30Z
    `);
    expect(planned("Europe/London", "2026-12-31T09:00Z")).toEqual(expected);
  });

  it("over Samoa's skipped day", () => {
    const expected = rows(`
      essentials | sms   | 2011-12-29T03:00Z | 2011-12-29T04:00Z | 2011-12-29T09:00Z
      essentials | email | 2011-12-29T03:00Z | 2011-12-29T04:00Z | 2011-12-29T09:00Z
      makeup-ok  | sms   | 2011-12-30T03:00Z | 2011-12-30T06:00Z | 2011-12-31T03:00Z
      retinol-ok | sms   | 2011-12-31T03:00Z | 2011-12-31T06:00Z | 2012-01-05T03:00Z
      gym-ok     | sms   | 2012-01-01T03:00Z | 2012-01-01T06:00Z | 2012-01-06T03:00Z
      sun        | sms   | 2012-01-04T20:00Z | 2012-01-05T04:00Z | 2012-01-08T20:00Z
      healed     | sms   | 2012-02-28T19:00Z | 2012-02-29T06:00Z | 2012-03-13T07:30Z
    `);
    expect(planned("Pacific/Apia", "2011-12-28T17:00-10:00")).toEqual(expected);
  });

  it("is made in the zone that this run was started with", () => {
    const zone = process.env["TZ"] ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const text of ["2026-01-15T12:00Z", "2026-07-15T12:00Z"]) {
      const instant = new Date(text);
      const ahead = (readingAt(instant.getTime(), zone) - instant.getTime()) / 60_000;
      expect(0 - instant.getTimezoneOffset()).toBe(ahead);
    }
  });
});
