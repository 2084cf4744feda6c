import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSlots, PATIENCE_MS, slotAfter } from "../../src/domain/pacing.ts";
import { STEP_KINDS } from "../../src/domain/protocol.ts";

const at = (ms: number) => new Date(ms);
const rates = fc.oneof(
  fc.constantFrom(0.1, 1, 3, 100),
  fc.double({ min: 0.001, max: 1_000, noNaN: true }),
);
const instants = fc.integer({ min: 0, max: 4e12 });
const spans = fc.integer({ min: -5_000, max: 60_000 });

describe("the slots of a rate", () => {
  it("are as many as begin before the end, and not one more", () => {
    fc.assert(
      fc.property(instants, spans, rates, (from, ms, rate) => {
        const until = at(from + ms);
        const count = countSlots(at(from), until, rate);
        const last = count === 0 ? null : slotAfter(at(from), count - 1, rate);
        expect(last === null || last < until).toBe(true);
        expect(slotAfter(at(from), count, rate) >= until).toBe(true);
      }),
    );
  });

  it("are never closer than the rate, whatever stretch is looked at", () => {
    fc.assert(
      fc.property(
        instants,
        rates,
        fc.nat(500),
        fc.integer({ min: 1, max: 500 }),
        (from, rate, k, n) => {
          const first = slotAfter(at(from), k, rate).getTime();
          const last = slotAfter(at(from), k + n, rate).getTime();
          // Each is on a whole millisecond, so that one of them is gained or lost.
          expect(Math.abs(last - first - (n * 1_000) / rate)).toBeLessThan(1);
        },
      ),
    );
  });

  it("go on where the last round ended, and lose less than a millisecond each round", () => {
    fc.assert(
      fc.property(
        instants,
        rates,
        fc.array(fc.integer({ min: 1, max: 50 })),
        (from, rate, given) => {
          let next = at(from);
          for (const count of given) next = slotAfter(next, count, rate);
          const total = given.reduce((sum, count) => sum + count, 0);
          const late = next.getTime() - from - (total * 1_000) / rate;
          expect(late).toBeGreaterThanOrEqual(-0.001);
          expect(late).toBeLessThan(given.length + 0.001);
        },
      ),
    );
  });

  it.each([
    [1, 5_000, 5],
    [3, 1_000, 3],
    [100, 5_000, 500],
    [0.1, 5_000, 1],
    [1, 0, 0],
    [1, -1, 0],
  ])("%d a second has in %d ms %d", (rate, ms, count) => {
    expect(countSlots(at(0), at(ms), rate)).toBe(count);
  });
});

describe("patience", () => {
  it("is least for what keeps skin from harm, little for permissions, most for marketing", () => {
    expect(Object.keys(PATIENCE_MS).toSorted()).toEqual([...STEP_KINDS].toSorted());
    expect(PATIENCE_MS.retraction).toBe(0);
    expect(PATIENCE_MS.caution).toBe(0);
    expect(PATIENCE_MS.permission).toBeGreaterThan(0);
    expect(PATIENCE_MS.permission).toBeLessThan(PATIENCE_MS.rebook);
    for (const kind of STEP_KINDS) {
      expect(PATIENCE_MS[kind]).toBeLessThanOrEqual(PATIENCE_MS.rebook);
    }
  });
});
