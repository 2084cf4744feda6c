import type { Clock } from "../../src/clock.ts";

/** A clock that stands still until a test moves it, so that the same test sees the same times. */
export interface TestClock extends Clock {
  /** Goes on to `instant`; it never goes back. */
  moveTo(instant: Date): void;
  /** Goes on by so many milliseconds. */
  moveBy(ms: number): void;
}

/** Monday, 23 November 2026, half past three in the afternoon in New York. */
export const TEST_START = new Date("2026-11-23T20:30:00.000Z");

export function testClock(start: Date = TEST_START): TestClock {
  let at = start.getTime();
  const moveTo = (instant: Date) => {
    if (instant.getTime() < at) throw new Error("a clock does not go back");
    at = instant.getTime();
  };
  return {
    now: () => new Date(at),
    toRealMs: (ms) => ms,
    moveTo,
    moveBy: (ms) => moveTo(new Date(at + ms)),
  };
}
