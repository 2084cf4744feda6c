import { describe, expect, it } from "vitest";
import { planTreatment } from "../../src/domain/plan.ts";
import { rows } from "./table.ts";
import { inputOf, planOf, planOne } from "./treatment.ts";

describe("the decision trace", () => {
  it.each(
    rows(`
      nothing                    | 11-23T15:30 | 11-23T15:30 | 24h | 0
      nothing                    | 11-23T15:30 | 11-24T15:30 | 24h | 0
      nothing                    | 11-23T15:30 | 11-23T15:30:20 | 0h | 0
      window                     | 11-23T15:30 | 11-23T15:30 | 17h | 30
      window                     | 11-23T20:00 | 11-23T20:00 | 0h  | 780
      late enrolment             | 11-23T15:30 | 11-23T16:15 | 0h  | 45
      late enrolment             | 11-23T20:30 | 11-24T10:30 | 0h  | 840
      late enrolment and window  | 11-23T19:30 | 11-23T20:30 | 0h  | 810
    `),
  )("says that %s moved it: treated %s, enrolled %s, after %s", (...row) => {
    const [movedBy, performedAt, now, after, minutes] = row;
    const { trace } = planOne(
      { after: after ?? "" },
      { performedAt: `2026-${performedAt}-05:00`, now: `2026-${now}-05:00` },
    );
    expect(trace).toMatchObject({ movedBy, movedMinutes: Number(minutes) });
  });

  it("holds the anchor, the offset, the raw instant, and the protocol", () => {
    const treatment = { performedAt: "2026-11-23T16:00-05:00" };
    const { trace } = planOne({ after: "1d", at: "21:00", expires: "3d" }, treatment);
    expect(trace).toMatchObject({
      anchor: "2026-11-23T21:00:00.000Z",
      after: "1d",
      at: "21:00",
      trueAt: "2026-11-25T02:00:00.000Z",
      protocol: { name: "test", version: 3 },
      movedBy: "window",
      movedMinutes: 720,
    });
  });

  it.each(["patient", "clinic"] as const)("says that the zone is the %s's", (timeZoneFrom) => {
    const treatment = { performedAt: "2026-11-23T16:00+05:45", zone: "Asia/Kathmandu" };
    const [reminder] = planTreatment({ ...inputOf([{}], treatment), timeZoneFrom });
    expect(reminder?.trace).toMatchObject({ timeZone: "Asia/Kathmandu", timeZoneFrom });
  });

  it("shows the hours of the day on which it became true, as the step narrows them", () => {
    const performedAt = "2026-11-23T16:00-05:00";
    const window = { mon: "09:00-18:00", tue: null, wed: "10:00-20:00" };
    const plan = planOf(
      [
        { after: "0h" },
        { after: "0h", window: "12:00-20:00" },
        { after: "0h", window: "any" },
        { after: "1d" },
        { after: "2d" },
      ],
      { performedAt, window },
    );
    expect(plan.map(({ trace }) => trace.window)).toEqual([
      "09:00-18:00",
      "12:00-18:00",
      "any",
      "closed",
      "10:00-20:00",
    ]);
  });

  it("is kept for what is skipped, too", () => {
    const expired = planOne(
      { after: "1h", expires: "1h" },
      { performedAt: "2026-11-23T09:00-05:00", now: "2026-11-24T12:00-05:00" },
    );
    expect(expired.statusReason).toBe("expired");
    expect(expired.trace).toMatchObject({
      trueAt: "2026-11-23T15:00:00.000Z",
      movedBy: "nothing",
      movedMinutes: 0,
      window: "09:00-20:00",
    });
  });

  it("shows every channel in the patient's order and whether it could be used", () => {
    const { trace } = planOne(
      { channels: ["sms", "email"] },
      {
        performedAt: "2026-11-23T16:00-05:00",
        channels: ["email", "sms"],
        reach: { email: null },
      },
    );
    expect(trace.channels).toEqual([
      { channel: "email", use: "no_address" },
      { channel: "sms", use: "usable" },
    ]);
  });
});
