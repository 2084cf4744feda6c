import { type BeyondClinician, beyondWords } from "../domain/overrides.ts";
import type { Caller } from "./auth.ts";
import { HttpProblem, invalidFields } from "./problem.ts";

/**
 * Refuses what a clinician may not decide alone: a permission that is to be true sooner than its
 * floor, or any other step at another time, needs an admin's key, and a reason. `reason` is null
 * where the body gives none.
 */
export function allowOverrides(
  caller: Caller,
  beyond: readonly BeyondClinician[],
  reason: string | null,
): void {
  for (const { why, wanted } of beyondWords(beyond)) {
    if (caller.key.role !== "admin") {
      throw new HttpProblem(403, why, `only an admin's key may ${wanted}`);
    }
    if (reason === null) {
      const message = `must say why you ${wanted}`;
      throw invalidFields([{ path: "overrideReason", message }]);
    }
  }
}
