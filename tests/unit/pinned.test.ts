import { describe, expect, it } from "vitest";
import { formatInZone } from "../../src/domain/localTime.ts";
import { readingAt } from "./intlClock.ts";
import { rows } from "./table.ts";
import { planOf } from "./treatment.ts";

/*
 * The plans below are pinned in UTC. The suite runs under TZ=UTC, America/New_York and
 * Asia/Kathmandu: all three must agree, because the zone of the machine is nobody's zone.
 */

const MICRO_NEEDLING = [
  { key: "essentials", after: "0h", expires: "6h", send: "all", window: "any" },
  { key: "makeup-ok", after: "24h", expires: "2d", kind: "permission", topics: ["makeup"] },
  { key: "retinol-ok", after: "48h", expires: "5d", kind: "permission", topics: ["retinol"] },
  { key: "gym-ok", after: "72h", expires: "5d", kind: "permission", topics: ["gym"] },
  { key: "sun", after: "7d", at: "10:00", expires: "4d", window: "10:00-18:00" },
  { key: "healed", after: "2mo", at: "21:30", expires: "2w", kind: "checkin" },
] as const;

/** "step channel dueAt sendUntil expiresAt" for each reminder, in UTC to the minute. */
function pinned(zone: string, performedAt: string): string[][] {
  const steps = MICRO_NEEDLING.map((step) => ({ topics: ["sun"], ...step }));
  const minute = (instant: Date) => instant.toISOString().replace(":00.000Z", "Z");
  const plan = planOf(
    steps.map((step) => ({ ...step, topics: [...step.topics] })),
    { zone, performedAt },
  );
  return plan.map(({ step, channel, dueAt, sendUntil, expiresAt }) => [
    step,
    channel,
    ...[dueAt, sendUntil, expiresAt].map(minute),
  ]);
}

describe("the plan, whatever the zone of the machine,", () => {
  it.each([
    ["America/New_York", "2026-03-06T15:30-05:00", ``],
    ["America/New_York", "2026-10-30T22:10-04:00", ``],
    ["Asia/Kathmandu", "2026-11-23T19:45+05:45", ``],
    ["Australia/Lord_Howe", "2026-10-01T02:10+10:30", ``],
    ["Europe/London", "2026-12-31T09:00Z", ``],
    ["Pacific/Apia", "2011-12-28T17:00-10:00", ``],
  ])("in %s of %s is pinned", (zone, performedAt, expected) => {
    console.log(zone, performedAt, pinned(zone, performedAt).map((row) => row.join(" | ")).join("\n"));
    expect(pinned(zone, performedAt)).toEqual(rows(expected));
  });
});
