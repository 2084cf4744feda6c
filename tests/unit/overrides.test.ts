import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beyondClinician, overrideProblems } from "../../src/domain/overrides.ts";
import { stepTrueAt } from "../../src/domain/stepTime.ts";
import { moments } from "./arbitraries.ts";
import { rows } from "./table.ts";
import { inputOf, planOne, protocolOf } from "./treatment.ts";

const PROTOCOL = protocolOf([
  { key: "leaflet", after: "0h", window: "any" },
  { key: "sun", after: "8h" },
  { key: "makeup-ok", kind: "permission", after: "24h" },
  { key: "gym-ok", kind: "permission", after: "48h", floor: "36h" },
  { key: "recovery", kind: "checkin", after: "2d" },
  { key: "next-visit", kind: "rebook", after: "6w" },
  { key: "gym-wait", kind: "retraction", retracts: "gym-ok", after: "0h" },
]);

/** Four hours before the clocks of New York go back. */
const TREATED = { performedAt: new Date("2026-11-01T02:00:00Z"), timeZone: "America/New_York" };

describe("an override", () => {
  it.each(
    rows(`
      gym-ok     | 60h  | free
      gym-ok     | 48h  | free
      gym-ok     | 36h  | free
      gym-ok     | 35h  | below_floor
      makeup-ok  | 1d   | free
      makeup-ok  | 23h  | below_floor
      sun        | 8h   | free
      sun        | 60d  | not_a_permission
      sun        | 7h   | not_a_permission
      recovery   | 2d   | free
      recovery   | 48h  | not_a_permission
      recovery   | 3d   | not_a_permission
      next-visit | 1w   | not_a_permission
      next-visit | 9w   | not_a_permission
    `),
  )("of %s to %s is %s for a clinician", (key = "", after = "", word) => {
    expect(overrideProblems(PROTOCOL, { [key]: after })).toEqual([]);
    const [beyond] = beyondClinician(PROTOCOL, { [key]: after }, TREATED);
    expect(beyond?.why ?? "free").toBe(word);
    expect(beyond?.step.key ?? key).toBe(key);
  });

  it.each(
    rows(`
      2026-03-07T12:00-05:00 | America/New_York | 24h    | 1d  | 23 hours | below_floor
      2026-03-07T12:00-05:00 | America/New_York | 48h    | 2d  | 47 hours | below_floor
      2026-03-07T12:00-05:00 | America/New_York | 1d     | 24h | a day of 23 hours | free
      2026-03-07T02:30-05:00 | America/New_York | 24h    | 1d  | up to a gap | below_floor
      2026-03-08T12:00-04:00 | America/New_York | 48h    | 2d  | 48 hours | free
      2026-03-07T12:00-05:00 | America/Phoenix  | 48h    | 2d  | no clock change | free
      2026-03-07T12:00-05:00 | UTC              | 48h    | 2d  | no clock change | free
      2026-10-03T12:00+10:00 | Australia/Sydney | 48h    | 2d  | 47 hours | below_floor
      2026-10-31T12:00-04:00 | America/New_York | 1d     | 24h | a day of 25 hours | below_floor
      2026-10-31T12:00-04:00 | America/New_York | 48h    | 2d  | 49 hours | free
    `),
  )(
    "from %s in %s, with a floor of %s, to %s: %s, %s",
    (at = "", zone = "", floor, after = "", _, word) => {
      const protocol = protocolOf([{ key: "ok", kind: "permission", after: "7d", floor }]);
      const treated = { performedAt: new Date(at), timeZone: zone };
      const [beyond] = beyondClinician(protocol, { ok: after }, treated);
      expect(beyond?.why ?? "free").toBe(word);
    },
  );

  it("that is a clinician's own makes nothing true before its floor, however the clocks change", () => {
    const scenes = fc.record({
      moment: moments(),
      days: fc.integer({ min: 1, max: 3 }),
      minutes: fc.constantFrom(-60, -30, 0, 30, 60),
      elapsed: fc.boolean(),
      at: fc.constantFrom({}, { at: "02:30" }, { at: "10:00" }),
    });
    const holds = fc.property(scenes, ({ moment, days, minutes, elapsed, at }) => {
      const { zone: timeZone, instant } = moment;
      const performedAt = new Date(instant);
      const waits = [`${days * 24 * 60 + minutes}m`, `${days}d`] as const;
      const [after, floor] = elapsed ? waits : ([waits[1], waits[0]] as const);
      const protocol = protocolOf([{ key: "ok", kind: "permission", after: "9d", floor, ...at }]);
      const beyond = beyondClinician(protocol, { ok: after }, { performedAt, timeZone });
      if (beyond.length > 0) return;
      const trueAt = (wait: string) => stepTrueAt({ after: wait, ...at }, performedAt, timeZone);
      expect(trueAt(after).getTime()).toBeGreaterThanOrEqual(trueAt(floor).getTime());
    });
    fc.assert(holds, { numRuns: 500 });
  });

  it.each(["leaflet", "gym-wait"])("of %s is nobody's, and says why", (key) => {
    const problems = overrideProblems(PROTOCOL, { [key]: "12h", "gym-ok": "60h" });
    expect(problems).toEqual([{ step: key, message: expect.stringMatching(/cannot be moved$/) }]);
  });

  it("of the past gives no step at the desk an hour of the night", () => {
    const night = { performedAt: "2026-11-23T15:00-05:00" };
    const protocol = inputOf([{ key: "leaflet", window: "any" }], night).protocol;
    expect(protocol.steps[0]?.window).toBe("any");
    const { dueAt, trace } = planOne(
      { key: "leaflet", window: "any" },
      { ...night, overrides: { leaflet: "12h" } },
    );
    expect(dueAt.toISOString()).toBe("2026-11-24T14:00:00.000Z");
    expect(trace).toMatchObject({ window: "09:00-20:00", movedBy: "window" });
  });
});
