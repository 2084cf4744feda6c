import { describe, expect, it } from "vitest";
import { drill } from "../../drill/drill.ts";
import { FAULTS } from "../../drill/faults/all.ts";
import { NO_PROGRESS } from "../../drill/progress.ts";
import { unexplained } from "../../drill/verdict.ts";

/** A send whose worker is lost takes its time to be given up, asked about and sent again. */
const TIMEOUT_MS = 420_000;

/** The short form of `npm run drill`. */
describe.concurrent("reminders that were promised", () => {
  it.each([
    ["kill-worker", "postgres"],
    ["flush-redis", "redis"],
    ["provider-accepts-then-drops", "redis"],
  ] as const)("all arrive in spite of %s, on %s", { timeout: TIMEOUT_MS }, async (name, kind) => {
    const fault = FAULTS.find((each) => each.name === name);
    if (fault === undefined) throw new Error(`there is no fault ${name}`);
    const { result, notes, good } = await drill(fault, kind, 100, NO_PROGRESS);
    if (result.kind !== "done") throw new Error(result.reason);
    const { verdict } = result;
    expect({ notes, ...verdict, unexplained: unexplained(verdict) }).toMatchObject({
      notes: [],
      received: verdict.promised,
      lost: 0,
      early: 0,
      afterCancel: 0,
      outsideWindow: 0,
      unexplained: 0,
    });
    expect(verdict.promised).toBe(100);
    expect(good).toBe(true);
  });
});
