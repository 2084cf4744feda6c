import { describe, expect, it } from "vitest";
import { checkCorrection } from "../../src/domain/correction.ts";
import { protocolOf } from "./treatment.ts";

const DONE = {
  performedAt: new Date("2026-11-23T15:30-05:00"),
  timeZone: "America/New_York",
};
const NOW = new Date("2026-11-24T09:00-05:00");

const PROTOCOL = protocolOf([
  { key: "gym-ok", kind: "permission", topics: ["gym"], after: "72h", floor: "48h" },
  { key: "first-hours", kind: "expectation", after: "1h" },
  { key: "at-the-desk", window: "any" },
]);

describe("a correction", () => {
  const check = (changes: Record<string, string | null>, performedAt: Date | null = null) => {
    const { problems, beyond } = checkCorrection(PROTOCOL, { performedAt, changes }, DONE, NOW);
    return { paths: problems.map(({ path }) => path), beyond: beyond.map(({ why }) => why) };
  };

  it.each([
    ["a permission that waits longer", { "gym-ok": "6d" }, [], []],
    ["one down to its floor", { "gym-ok": "48h" }, [], []],
    ["one below its floor", { "gym-ok": "47h" }, [], ["below_floor"]],
    ["what is no permission", { "first-hours": "2h" }, [], ["not_a_permission"]],
    ["the protocol's own again", { "gym-ok": null }, [], []],
    ["a step that is not there", { "pool-ok": "6d" }, ["overrides.pool-ok"], []],
    [
      "what nobody can move",
      { "at-the-desk": "1h" },
      ["overrides.at-the-desk"],
      ["not_a_permission"],
    ],
  ])("of %s", (_, changes, paths, beyond) => {
    expect(check(changes)).toEqual({ paths, beyond });
  });

  it.each([
    ["2026-11-23T10:00-05:00", []],
    ["2026-08-01T10:00-04:00", ["performedAt"]],
    ["2026-11-24T10:00-05:00", ["performedAt"]],
  ])("of the time to %s", (at, paths) => {
    expect(check({}, new Date(at)).paths).toEqual(paths);
  });
});
