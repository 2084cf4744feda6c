import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isOpen,
  narrowSendWindow,
  nextOpening,
  parseSendWindow,
} from "../../src/domain/sendWindow.ts";
import { moments, nights, windows } from "./arbitraries.ts";
import { DAY, firstOpen, HOUR, isOpenIn, shownAt } from "./intlClock.ts";

/** How far ahead every minute is watched: the small hours of the next night are in it. */
const WATCHED = 1.5 * DAY;

/** A moment and a window: any, and such as clock changes open and close. */
const occasions = fc.oneof(
  nights,
  fc.record({ moment: moments(6 * HOUR), text: windows }).map(({ moment, text }) => ({
    ...moment,
    text,
  })),
);

describe("any window", { timeout: 60_000 }, () => {
  it("is open when Intl says that the clocks show its hours", () => {
    fc.assert(
      fc.property(moments(), windows, windows, ({ zone, instant }, one, other) => {
        const [first, second] = [parseSendWindow(one), parseSendWindow(other)];
        const both = narrowSendWindow(first, second);
        const at = new Date(instant);
        expect(isOpen(first, zone, at)).toBe(isOpenIn([one], zone, instant));
        expect(isOpen(both, zone, at)).toBe(isOpenIn([one, other], zone, instant));
      }),
      { numRuns: 1000 },
    );
  });

  it("next opens in the first minute in which a watched clock shows its hours", () => {
    fc.assert(
      fc.property(occasions, ({ zone, instant, text }) => {
        const opening = nextOpening(parseSendWindow(text), zone, new Date(instant));
        const first = firstOpen([text], zone, instant, instant + WATCHED);
        const from = opening?.from.getTime() ?? Infinity;
        expect(from < instant + WATCHED ? from : null).toBe(first);
      }),
      { numRuns: 400 },
    );
  });

  it("closes in the first minute in which a watched clock does not, or at the end of the day", () => {
    fc.assert(
      fc.property(occasions, ({ zone, instant, text }) => {
        const opening = nextOpening(parseSendWindow(text), zone, new Date(instant));
        if (!opening) return;
        const [from, until] = [opening.from.getTime(), opening.until.getTime()];
        const closes = firstOpen([text], zone, from, until + 1, false) ?? Infinity;
        const [last, next] = [until - 1, until].map((end) => shownAt(end, zone).slice(0, 10));
        expect(until).toBeGreaterThan(from);
        expect(closes === until || (closes > until && last !== next)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("that opens on some day opens within two weeks, and one that never does says so", () => {
    fc.assert(
      fc.property(moments(), windows, ({ zone, instant }, text) => {
        const opening = nextOpening(parseSendWindow(text), zone, new Date(instant));
        const closed = typeof text !== "string" && Object.values(text).every((day) => day === null);
        expect(opening === null).toBe(closed);
        const from = opening?.from.getTime() ?? instant;
        expect(from - instant).toBeLessThan(15 * DAY);
      }),
      { numRuns: 300 },
    );
  });
});
