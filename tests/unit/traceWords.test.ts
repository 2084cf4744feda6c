import { describe, expect, it } from "vitest";
import { momentWords } from "../../src/domain/momentWords.ts";
import type { PlannedReminder, Trace } from "../../src/domain/reminder.ts";
import { type Explained, traceWords, zoneWords } from "../../src/domain/traceWords.ts";
import { planOne } from "./treatment.ts";

// 23 November 2026 is a Monday; in New York the clocks change on 8 March and 1 November.
const MONDAY = { performedAt: "2026-11-23T15:30-05:00" };

function wordsOf(planned: PlannedReminder, became: Partial<Explained> = {}): string[] {
  return traceWords({ ...planned, sentAt: null, skippedAt: null, pauses: [], ...became });
}

/** The words of a step with what else its trace may say. */
function withTrace(trace: Partial<Trace>, became: Partial<Explained> = {}): string {
  const planned = planOne({ after: "48h", expires: "5d" }, MONDAY);
  return wordsOf({ ...planned, trace: { ...planned.trace, ...trace } }, became).join("\n");
}

describe("a decision trace in words", () => {
  it("tells of elapsed hours inside the window, from the treatment to the second of sending", () => {
    const planned = planOne({ after: "48h", expires: "5d" }, MONDAY);
    const sentAt = new Date("2026-11-25T15:30:02-05:00");
    expect(wordsOf(planned, { status: "sent", sentAt })).toEqual([
      "The treatment was done at 15:30 on Monday 23 November 2026, New York time (the patient's time zone); its protocol is test, version 3.",
      "48 hours after that is 15:30 on Wednesday 25 November 2026.",
      "That is inside the send window of that day, 09:00–20:00.",
      "Its channels in order, as they were when it was planned: text message (can be used), email (can be used).",
      "It was sent at 15:30:02 on Wednesday 25 November 2026.",
    ]);
  });

  it.each([
    [
      "hours over a clock change",
      { after: "48h" },
      { performedAt: "2026-03-06T15:30-05:00" },
      "48 hours after that is 16:30 on Sunday 8 March 2026; the clocks went forward by 1 hour in between.",
    ],
    [
      "days of the calendar over a clock change",
      { after: "2d" },
      { performedAt: "2026-03-06T15:30-05:00" },
      "2 days after that is 15:30 on Sunday 8 March 2026, by the calendar, the clock time kept; the clocks went forward by 1 hour in between.",
    ],
    [
      "weeks of the calendar",
      { after: "7d" },
      MONDAY,
      "1 week after that is 15:30 on Monday 30 November 2026, by the calendar, the clock time kept.",
    ],
    [
      "a time of the clock",
      { after: "1d", at: "10:00" },
      MONDAY,
      "The step asks for 10:00 by the clock, which next comes at 10:00 on Wednesday 25 November 2026.",
    ],
    ["no offset", { after: "0h" }, MONDAY, "This step is true as soon as the treatment is done."],
    [
      "any hour",
      { after: "0h", window: "any" as const },
      { performedAt: "2026-11-23T21:30-05:00" },
      "It may go at any hour: the patient is still at the desk.",
    ],
    [
      "a shift by the window",
      { after: "6h" },
      MONDAY,
      "That is outside the send window of that day, 09:00–20:00; the next opening is at 09:00 on Tuesday 24 November 2026, 11 hours 30 minutes later.",
    ],
    [
      "a closed day",
      { after: "1d" },
      { ...MONDAY, window: { mon: "09:00-18:00", wed: "10:00-20:00" } },
      "But the clinic sends nothing on that day; the next opening is at 10:00 on Wednesday 25 November 2026, 18 hours 30 minutes later.",
    ],
    [
      "a late enrolment",
      { after: "0h" },
      { ...MONDAY, now: "2026-11-23T16:15-05:00" },
      "That had passed when it was planned, so it became due at once: 16:15 on Monday 23 November 2026, 45 minutes later.",
    ],
    [
      "a late enrolment at night",
      { after: "0h" },
      { performedAt: "2026-11-23T19:30-05:00", now: "2026-11-23T20:30-05:00" },
      "That had passed when it was planned, at an hour when nothing is sent; the next opening was at 09:00 on Tuesday 24 November 2026, 13 hours 30 minutes later.",
    ],
    [
      "an override",
      { after: "24h" },
      { ...MONDAY, overrides: { "step-1": "72h" } },
      "For this treatment the wait was set to 72 hours; the protocol says 24 hours.",
    ],
    [
      "a patient who has moved",
      { after: "48h" },
      { ...MONDAY, movedTo: "America/Los_Angeles" },
      "The patient's clocks show Los Angeles time by now: hours and days are looked at there.",
    ],
    [
      "what is stale",
      { after: "1h", expires: "1h" },
      { performedAt: "2026-11-23T09:00-05:00", now: "2026-11-24T12:00-05:00" },
      "It is not sent: at the next hour at which it may be sent it is out of date.",
    ],
    [
      "a lack of consent",
      { kind: "rebook" as const },
      MONDAY,
      "It is not sent: the patient did not agree to such messages.",
    ],
  ])("tells of %s", (_, step, treatment, sentence) => {
    expect(wordsOf(planOne(step, treatment))).toContain(sentence);
  });

  it("tells which channels could be used, and why not", () => {
    const planned = planOne({}, { ...MONDAY, reach: { email: null, optedOut: ["sms"] } });
    expect(wordsOf(planned)).toContain(
      "Its channels in order, as they were when it was planned: text message (the patient stopped it), email (no address).",
    );
    expect(wordsOf(planned)).toContain("It is not sent: the patient stopped these messages.");
  });

  it.each([
    [1, "so it moved on by a day."],
    [3, "so it moved on by 3 days."],
    [null, "No day had room for it under the patient's daily cap"],
  ])("tells of the daily cap: %s", (cappedDays, words) => {
    expect(withTrace({ cappedDays })).toContain(words);
    expect(withTrace({ cappedDays })).not.toContain("Since then");
  });

  it("tells what it waits for", () => {
    const until = "2026-11-27T15:00:00.000Z";
    const waits = [{ treatmentId: "t", protocol: "peel", topic: "retinol", until }];
    const said = withTrace({ waits, trueAt: until });
    expect(said).toContain(
      "Another treatment of the patient holds it back: peel restricts retinol until 10:00 on Friday 27 November 2026. So it is true from 10:00 on Friday 27 November 2026.",
    );
    expect(said).toContain("48 hours after that is 15:30 on Wednesday 25 November 2026.");
  });

  it.each([
    ["superseded", "retinol-ok", "the message retinol-ok of peel speaks of retinol in its place."],
    ["superseded", null, "peel restricts retinol, and never permits it."],
    ["collapsed", "retinol-ok", "the message retinol-ok of peel says the same of retinol"],
  ])("tells what speaks instead: %s by %s", (statusReason, step, words) => {
    const supersededBy = [{ treatmentId: "t", protocol: "peel", step, topics: ["retinol"] }];
    expect(withTrace({ supersededBy }, { status: "skipped", statusReason })).toContain(words);
  });

  it.each([
    ["collapsed", "A later message on the same topics was due, too"],
    ["superseded", "A newer message stands in its place."],
    ["paused", "the patient told of an alarming sign"],
    ["no_address", "no number or address of the patient takes it"],
  ])("tells why it is skipped: %s", (statusReason, words) => {
    expect(withTrace({}, { status: "skipped", statusReason })).toContain(words);
  });

  it.each([
    ["2026-11-25T20:30:00.000Z", "asks the patient to wait until 15:30 on Wednesday 25 November"],
    [null, "asks the patient to wait until the clinic has spoken"],
  ])("tells of a retraction until %s", (waitUntil, words) => {
    const said = withTrace({ retracts: "retinol-ok", waitUntil, after: "0h" });
    expect(said).toContain("It takes back the permission retinol-ok");
    expect(said).toContain(words);
    expect(said).toContain("It was decided at 15:30 on Monday 23 November 2026, New York time");
    expect(said).not.toContain("The treatment was done");
  });

  it("tells that a retry or a replay has moved it since", () => {
    const dueAt = new Date("2026-11-26T09:00-05:00");
    expect(withTrace({}, { dueAt })).toContain(
      "Since then it was moved to 09:00 on Thursday 26 November 2026; its history says why.",
    );
    expect(withTrace({})).not.toContain("Since then");
  });

  it.each([
    [
      "scheduled",
      "It is due at 15:30 on Wednesday 25 November 2026, New York time, and out of date",
    ],
    ["queued", "It is due at"],
    ["sending", "It is being sent."],
    ["sent", "It was sent."],
    ["delivered", "and arrived."],
    ["undelivered", "and did not arrive."],
    ["unknown", "the provider is being asked"],
    ["failed", "It could not be sent."],
    ["cancelled", "It was cancelled before it was sent."],
  ] as const)("ends with what became of it: %s", (status, words) => {
    expect(withTrace({}, { status }).split("\n").at(-1)).toContain(words);
  });
});

describe("a moment in words", () => {
  it.each([
    ["America/New_York", "New York time"],
    ["America/Argentina/Buenos_Aires", "Buenos Aires time"],
    ["UTC", "UTC"],
  ])("names the zone %s by its place", (zone, words) => {
    expect(zoneWords(zone)).toBe(words);
  });

  it("leaves out seconds that are none", () => {
    expect(momentWords(new Date("2026-11-25T20:30:00Z"), "UTC")).toBe(
      "20:30 on Wednesday 25 November 2026",
    );
    expect(momentWords(new Date("2026-11-25T20:30:07Z"), "UTC")).toContain("20:30:07");
  });
});
