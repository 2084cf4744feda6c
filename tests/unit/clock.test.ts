import { afterEach, describe, expect, it, vi } from "vitest";
import { steeredClock } from "../../src/clock.ts";

describe("a clock that is set by another", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("shows that other time, and what has elapsed since, whatever the machine's clock does", () => {
    vi.useFakeTimers({ now: new Date("2026-11-24T12:05:00Z"), toFake: ["Date", "performance"] });
    const clock = steeredClock();
    expect(clock.now()).toEqual(new Date("2026-11-24T12:05:00Z"));
    // The machine was five minutes fast.
    clock.set(new Date("2026-11-24T12:00:00Z"));
    expect(clock.now()).toEqual(new Date("2026-11-24T12:00:00Z"));
    vi.advanceTimersByTime(90_000);
    expect(clock.now()).toEqual(new Date("2026-11-24T12:01:30Z"));
    vi.setSystemTime(new Date("2026-11-24T18:00:00Z"));
    expect(clock.now()).toEqual(new Date("2026-11-24T12:01:30Z"));
  });

  it("is to be set again after half a minute, and at once after the machine was suspended", () => {
    vi.useFakeTimers({ now: new Date("2026-11-24T12:00:00Z"), toFake: ["Date", "performance"] });
    const clock = steeredClock();
    expect(clock.isStale()).toBe(true);
    clock.set(new Date("2026-11-24T12:00:00Z"));
    vi.advanceTimersByTime(29_000);
    expect(clock.isStale()).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(clock.isStale()).toBe(true);
    clock.set(new Date("2026-11-24T12:00:31Z"));
    // What runs stands still while the machine is suspended; its clock does not.
    vi.setSystemTime(new Date("2026-11-24T15:00:00Z"));
    expect(clock.isStale()).toBe(true);
  });

  it("is never ahead of the time that it is set by", () => {
    const clock = steeredClock();
    const reading = new Date("2026-11-24T12:00:00.123Z");
    clock.set(reading);
    expect(clock.now().getTime() - reading.getTime()).toBeLessThan(50);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(reading.getTime() - 1);
  });
});
