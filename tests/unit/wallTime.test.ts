import { describe, expect, it } from "vitest";
import { readWallTime, wallTimeOf } from "../../src/domain/wallTime.ts";
import { utc } from "./treatment.ts";

const ZONE = "America/New_York";

describe("a field for date and time", () => {
  it.each([
    ["2026-11-23T15:30", "2026-11-23T15:30-05:00"],
    ["2026-07-01T09:05:30", "2026-07-01T09:05:30-04:00"],
    // In a spring gap the first instant after it, in an autumn overlap the first of the two.
    ["2026-03-08T02:30", "2026-03-08T03:00-04:00"],
    ["2026-11-01T01:30", "2026-11-01T01:30-04:00"],
  ])("is read by the clocks of a zone: %s", (text, instant) => {
    expect(readWallTime(text, ZONE)?.toISOString()).toBe(utc(instant));
  });

  it.each([
    "",
    "tomorrow",
    "2026-11-23",
    "2026-02-30T10:00",
    "2026-11-23T25:00",
    "2026-11-23T15:30Z",
  ])("is nothing else: %s", (text) => {
    expect(readWallTime(text, ZONE)).toBeNull();
  });

  it("shows an instant to the minute", () => {
    expect(wallTimeOf(new Date("2026-11-23T20:30:59Z"), ZONE)).toBe("2026-11-23T15:30");
  });
});
