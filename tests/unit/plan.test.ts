import { describe, expect, it } from "vitest";
import { windowOf } from "../../src/domain/plan.ts";
import { parseSendWindow, type SendWindowText } from "../../src/domain/sendWindow.ts";
import { stepTrueAt } from "../../src/domain/stepTime.ts";
import { rows } from "./table.ts";
import { planOf, planOne, protocolOf, utc } from "./treatment.ts";

// 23 November 2026 is a Monday; in New York the clocks change on 8 March and 1 November.
const MONDAY = "2026-11-23T15:30-05:00";

describe("a reminder", () => {
  it("of micro needling over a clock change says when retinol is fine again, and why then", () => {
    const retinol = planOne(
      {
        key: "retinol-ok",
        kind: "permission",
        topics: ["retinol", "vitamin-c"],
        after: "48h",
        expires: "5d",
      },
      { performedAt: "2026-03-06T15:30:00-05:00" },
    );
    expect(retinol).toEqual({
      step: "retinol-ok",
      kind: "permission",
      topics: ["retinol", "vitamin-c"],
      channel: "sms",
      channels: ["sms", "email"],
      dueAt: new Date("2026-03-08T16:30:00-04:00"),
      sendUntil: new Date("2026-03-08T20:00:00-04:00"),
      expiresAt: new Date("2026-03-13T16:30:00-04:00"),
      status: "scheduled",
      statusReason: null,
      trace: {
        protocol: { name: "test", version: 3 },
        anchor: "2026-03-06T20:30:00.000Z",
        after: "48h",
        at: null,
        trueAt: "2026-03-08T20:30:00.000Z",
        timeZone: "America/New_York",
        timeZoneFrom: "patient",
        window: "09:00-20:00",
        movedMinutes: 0,
        movedBy: "nothing",
        channels: [
          { channel: "sms", use: "usable" },
          { channel: "email", use: "usable" },
        ],
      },
    });
  });

  it("comes of every step, in the order of the protocol", () => {
    const plan = planOf([{ after: "72h" }, { after: "0h" }, { after: "2mo" }], {
      performedAt: MONDAY,
    });
    expect(plan.map(({ step }) => step)).toEqual(["step-1", "step-2", "step-3"]);
  });

  it("of a treatment still to be finished is not due before its end", () => {
    const treatment = { performedAt: MONDAY, now: "2026-11-23T15:20-05:00" };
    expect(planOne({ after: "0h" }, treatment).dueAt).toEqual(new Date(MONDAY));
  });
});

describe("a step with a clock time", () => {
  it.each(
    rows(`
      offset passed in the evening | 11-23T16:00-05:00 | 1d  | 09:00 | 11-25T09:00-05:00
      offset passed in the morning | 11-23T08:00-05:00 | 1d  | 09:00 | 11-24T09:00-05:00
      offset passed just then      | 11-23T09:00-05:00 | 1d  | 09:00 | 11-24T09:00-05:00
      offset passed a minute late  | 11-23T09:01-05:00 | 1d  | 09:00 | 11-25T09:00-05:00
      midnight                     | 11-23T16:00-05:00 | 1d  | 00:00 | 11-25T00:00-05:00
      elapsed hours                | 11-23T15:30-05:00 | 48h | 10:00 | 11-26T10:00-05:00
      moved back by spring         | 03-06T08:30-05:00 | 48h | 10:00 | 03-08T10:00-04:00
      moved past it by spring      | 03-06T09:30-05:00 | 48h | 10:00 | 03-09T10:00-04:00
      moved before it by autumn    | 10-30T10:30-04:00 | 48h | 10:00 | 11-01T10:00-05:00
      in a gap                     | 03-07T01:00-05:00 | 1d  | 02:30 | 03-08T03:00-04:00
      in a gap, offset after it    | 03-07T03:30-05:00 | 1d  | 02:30 | 03-09T02:30-04:00
      first of an overlap          | 10-31T01:00-04:00 | 1d  | 01:30 | 11-01T01:30-04:00
      second, offset after first   | 10-31T01:45-04:00 | 24h | 01:30 | 11-01T01:30-05:00
      neither, offset after both   | 10-31T02:45-04:00 | 24h | 01:30 | 11-02T01:30-05:00
    `),
  )("%s: treated %s, %s at %s", (_name, performedAt, after, at, expected) => {
    const [step] = protocolOf([{ after, at }]).steps;
    if (!step) throw new Error("no step");
    const trueAt = stepTrueAt(step, new Date(`2026-${performedAt}`), "America/New_York");
    expect(trueAt.toISOString()).toBe(utc(`2026-${expected}`));
  });

  it.each(
    rows(`
      Asia/Kathmandu      | 2026-11-23T16:00+05:45 | 1d | 09:00 | 2026-11-25T09:00+05:45
      Australia/Lord_Howe | 2026-10-03T01:00+10:30 | 1d | 02:15 | 2026-10-04T02:30+11:00
      Pacific/Apia        | 2011-12-28T16:00-10:00 | 1d | 09:00 | 2011-12-31T00:00+14:00
    `),
  )("in %s: treated %s, %s at %s", (zone, performedAt, after, at, expected) => {
    const { trace } = planOne({ after, at }, { performedAt, zone });
    expect(trace.trueAt).toBe(utc(expected));
  });

  it("is never due before its offset, though the clock shows the time earlier that day", () => {
    const { dueAt } = planOne(
      { after: "1d", at: "09:00" },
      { performedAt: "2026-11-23T16:00-05:00" },
    );
    expect(dueAt).toEqual(new Date("2026-11-25T09:00-05:00"));
  });
});

describe("the send window of a plan", () => {
  const weekdays = { mon: "09:00-18:00", tue: null, wed: "12:00-18:00" };

  it.each<[string, SendWindowText | undefined, SendWindowText, string, string, string]>([
    ["open", undefined, "09:00-20:00", "11-23T15:30", "11-23T15:30", "11-23T20:00"],
    ["too early", undefined, "09:00-20:00", "11-23T06:30", "11-23T09:00", "11-23T20:00"],
    ["too late", undefined, "09:00-20:00", "11-23T20:00", "11-24T09:00", "11-24T20:00"],
    ["closed day", undefined, weekdays, "11-23T18:00", "11-25T12:00", "11-25T18:00"],
    ["narrowed", "10:00-11:00", "09:00-20:00", "11-23T15:30", "11-24T10:00", "11-24T11:00"],
    ["not widened", "06:00-23:00", "09:00-20:00", "11-23T21:00", "11-24T09:00", "11-24T20:00"],
    ["both", "10:00-14:00", weekdays, "11-23T15:30", "11-25T12:00", "11-25T14:00"],
    ["any", "any", "09:00-20:00", "11-23T22:30", "11-23T22:30", "11-23T23:30"],
    ["any, closed", "any", weekdays, "11-24T12:00", "11-24T12:00", "11-24T13:00"],
  ])("%s", (_name, window, clinic, performedAt, dueAt, sendUntil) => {
    const at = (text: string) => new Date(`2026-${text}-05:00`);
    const reminder = planOne(
      { after: "0h", expires: "3d", ...(window && { window }) },
      { performedAt: at(performedAt).toISOString(), window: clinic },
    );
    expect([reminder.dueAt, reminder.sendUntil]).toEqual([at(dueAt), at(sendUntil)]);
    expect(reminder.status).toBe("scheduled");
  });

  it("is the patient's local one", () => {
    const step = { after: "0h" };
    const performedAt = "2026-11-23T12:00Z";
    const dueAt = (zone: string) => planOne(step, { performedAt, zone }).dueAt.toISOString();
    expect(dueAt("Europe/London")).toBe(utc("2026-11-23T12:00+00:00"));
    expect(dueAt("America/Los_Angeles")).toBe(utc("2026-11-23T09:00-08:00"));
    expect(dueAt("Asia/Tokyo")).toBe(utc("2026-11-24T09:00+09:00"));
  });

  it("is any hour only for a patient at the desk, within an hour of the treatment", () => {
    const treatedAt = "2026-11-23T21:00-05:00";
    const dueAt = (now: string) =>
      planOne({ after: "0h", window: "any" }, { performedAt: treatedAt, now }).dueAt.toISOString();
    expect(dueAt("2026-11-23T22:00-05:00")).toBe(utc("2026-11-23T22:00-05:00"));
    expect(dueAt("2026-11-23T22:01-05:00")).toBe(utc("2026-11-24T09:00-05:00"));
    expect(dueAt("2026-11-24T12:00-05:00")).toBe(utc("2026-11-24T12:00-05:00"));
  });

  it("is the clinic's, or the hours in both, once the patient has left the desk", () => {
    const clinic = parseSendWindow("09:00-20:00");
    const kind = "permission" as const;
    const hours = { sendWindow: clinic, rebookWindow: parseSendWindow("11:00-22:00") };
    expect(windowOf({ kind }, hours)).toEqual(clinic);
    expect(windowOf({ kind, window: "10:00-22:00" }, hours)).toEqual(
      parseSendWindow("10:00-20:00"),
    );
    expect(windowOf({ kind, window: "any" }, hours)).toEqual(clinic);
    expect(windowOf({ kind: "rebook" }, hours)).toEqual(parseSendWindow("11:00-20:00"));
  });
});

describe("a staleness budget", () => {
  it.each(
    rows(`
      longer than the window        | 19:30 | 2h  | 11-23T19:30 | 11-23T20:00 | 11-23T21:30
      shorter than the window       | 15:30 | 2h  | 11-23T15:30 | 11-23T17:30 | 11-23T17:30
      counted while it is closed    | 20:30 | 13h | 11-24T09:00 | 11-24T09:30 | 11-24T09:30
      of calendar days              | 20:30 | 2d  | 11-24T09:00 | 11-24T20:00 | 11-25T20:30
    `),
  )("%s: treated %s, expires %s", (_name, time, expires, dueAt, sendUntil, expiresAt) => {
    const at = (text: string | undefined) => new Date(`2026-${text}-05:00`);
    const reminder = planOne(
      { after: "0h", expires },
      { performedAt: at(`11-23T${time}`).toISOString() },
    );
    expect(reminder).toMatchObject({
      status: "scheduled",
      dueAt: at(dueAt),
      sendUntil: at(sendUntil),
      expiresAt: at(expiresAt),
    });
  });

  it.each(
    rows(`
      over before the window opens     | 20:30 | 12h | 09:00-20:00
      over at the moment it opens      | 20:00 | 13h | 09:00-20:00
      of a step whose hours never come | 15:30 | 5d  | 20:00-22:00
    `),
  )("%s: skipped, and visibly", (_name, time, expires, window) => {
    const performedAt = `2026-11-23T${time}-05:00`;
    const reminder = planOne({ after: "0h", expires, window }, { performedAt });
    expect(reminder).toMatchObject({
      status: "skipped",
      statusReason: "expired",
      dueAt: new Date(performedAt),
    });
  });

  it("goes by the calendar over a clock change, as an offset does", () => {
    const performedAt = "2026-03-07T15:30-05:00";
    const expiresAt = (expires: string) => planOne({ expires }, { performedAt }).expiresAt;
    expect(expiresAt("1d")).toEqual(new Date("2026-03-08T15:30-04:00"));
    expect(expiresAt("24h")).toEqual(new Date("2026-03-08T16:30-04:00"));
  });
});
