import { describe, expect, it } from "vitest";
import type { Trace } from "../../src/domain/reminder.ts";
import { packTrace, unpackTrace } from "../../src/ledger/traces.ts";
import { PLAIN, TREATMENT } from "../support/traces.ts";

const KINDS: [string, Partial<Trace>][] = [
  ["is as planned", {}],
  ["has a clock time", { at: "10:00" }],
  ["is in the patient's own zone", { timeZoneFrom: "patient" }],
  [
    "was planned for a patient who is elsewhere",
    {
      local: { timeZone: "Europe/Madrid", timeZoneFrom: "patient" },
    },
  ],
  ["was moved", { movedMinutes: 95, movedBy: "window" }],
  ["was late by less than a minute", { movedMinutes: 0, movedBy: "late enrolment" }],
  ["found no day with room", { cappedDays: null }],
  ["takes a permission back, until nobody knows when", { retracts: "gym-ok", waitUntil: null }],
  ["was set for this treatment", { overridden: { after: "24h" } }],
  [
    "is of another version than its treatment",
    {
      protocol: { name: "microneedling", version: 3 },
      timeZone: "America/Chicago",
    },
  ],
  ["can use no channel", { channels: [] }],
  [
    "can use the second channel only",
    {
      channels: [
        { channel: "email", use: "no_consent" },
        { channel: "sms", use: "usable" },
      ],
    },
  ],
];

describe("the trace of a reminder that", () => {
  it.each(KINDS)("%s is read as it was made", (_what, own) => {
    const trace = { ...PLAIN, ...own };
    const kept: unknown = JSON.parse(JSON.stringify(packTrace(trace, TREATMENT)));
    expect(unpackTrace(kept as ReturnType<typeof packTrace>, TREATMENT)).toEqual(trace);
  });

  it("was kept by a program of before is read as it is", () => {
    expect(unpackTrace(PLAIN, { ...TREATMENT, timeZone: "America/Chicago" })).toEqual(PLAIN);
  });

  it("is as planned is kept without what its treatment says", () => {
    expect(packTrace(PLAIN, TREATMENT)).toEqual({
      anchor: PLAIN.anchor,
      after: "48h",
      trueAt: PLAIN.trueAt,
      window: "09:00-20:00",
      channels: "sms email",
    });
  });
});
