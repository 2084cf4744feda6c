import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withOverrides } from "../../src/domain/overrides.ts";
import { restrictionsOf } from "../../src/domain/restrictions.ts";
import { type TimelineTreatment, timelineOf } from "../../src/domain/timeline.ts";
import { protocolOf } from "./treatment.ts";

const TOPICS = ["makeup", "gym", "pool", "sun"];
const START = Date.parse("2026-10-30T12:00:00Z");
const MINUTES_OF_30_DAYS = 30 * 24 * 60;

const after = fc.constantFrom("0h", "24h", "47h", "3d", "7d", "2w");

const step = fc.record({
  kind: fc.constantFrom("caution", "permission", "permission", "expectation"),
  topics: fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1, maxLength: 3 }),
  after,
});

/** Treatments whose steps, times and zones are any, across the clock changes of autumn. */
const treatments = fc
  .array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 5 }),
      minute: fc.nat(MINUTES_OF_30_DAYS),
      timeZone: fc.constantFrom("America/New_York", "Asia/Kathmandu", "Europe/Madrid"),
      overridden: fc.option(after, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ steps, minute, timeZone, overridden }, index): TimelineTreatment => {
      const protocol = protocolOf(steps);
      return {
        id: `treatment-${index}`,
        protocol,
        overrides: overridden === undefined ? {} : { "step-1": overridden },
        performedAt: new Date(START + minute * 60_000),
        timeZone,
        reminders: [],
      };
    }),
  );

const moment = fc.nat(2 * MINUTES_OF_30_DAYS).map((minute) => new Date(START + minute * 60_000));

/** Every restriction of a topic, by treatment. */
function restrictions(all: readonly TimelineTreatment[]) {
  return all.flatMap(({ protocol, overrides, performedAt, timeZone }) =>
    restrictionsOf(withOverrides(protocol, overrides), performedAt, timeZone),
  );
}

describe("over any treatments, at any moment,", () => {
  it("no topic is shown as over while a treatment restricts it", () => {
    fc.assert(
      fc.property(treatments, moment, (all, now) => {
        const { releases } = timelineOf({
          treatments: all,
          withdrawals: [],
          permissionsPaused: false,
          now,
        });
        const free = releases.filter(({ over }) => over).flatMap(({ topics }) => topics);
        const early = restrictions(all).filter(
          ({ topic, until }) => free.includes(topic) && until > now,
        );
        expect(early).toEqual([]);
      }),
    );
  });

  it("every restricted topic is told of exactly once: with its latest time, or to be asked about", () => {
    fc.assert(
      fc.property(treatments, moment, (all, now) => {
        const { releases, askFirst } = timelineOf({
          treatments: all,
          withdrawals: [],
          permissionsPaused: false,
          now,
        });
        const told = [...askFirst, ...releases.flatMap(({ topics }) => topics)].sort();
        const known = [...new Set(restrictions(all).map(({ topic }) => topic))].sort();
        const latest = (topic: string) =>
          Math.max(
            ...restrictions(all)
              .filter((each) => each.topic === topic)
              .map(({ until }) => until.getTime()),
          );
        expect(told).toEqual(known);
        for (const { topics, at } of releases) {
          for (const topic of topics) expect(latest(topic)).toBe(at.getTime());
        }
      }),
    );
  });

  it("nothing is over that is not held, while permissions are paused", () => {
    fc.assert(
      fc.property(treatments, moment, (all, now) => {
        const { releases } = timelineOf({
          treatments: all,
          withdrawals: [],
          permissionsPaused: true,
          now,
        });
        expect(releases.filter(({ held }) => !held)).toEqual([]);
      }),
    );
  });
});
