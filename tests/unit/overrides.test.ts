import { describe, expect, it } from "vitest";
import { beyondClinician, overrideProblems } from "../../src/domain/overrides.ts";
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
const TREATED = new Date("2026-11-01T02:00:00Z");

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
      recovery   | 48h  | free
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
