import type { BeyondClinician } from "../domain/overrides.ts";
import type { Caller } from "./auth.ts";
import { HttpProblem, invalidFields } from "./problem.ts";

/** What is wanted of the steps that a clinician may not move so alone, for the words of a refusal. */
const WANTED: Record<BeyondClinician["why"], string> = {
  below_floor: "make these steps true sooner than their floor",
  not_a_permission: "move these steps, which are no permissions",
};

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
  for (const why of ["below_floor", "not_a_permission"] as const) {
    const steps = beyond.filter((each) => each.why === why).map(({ step }) => nameOf(step));
    if (steps.length === 0) continue;
    const wanted = `${WANTED[why]}: ${steps.join(", ")}`;
    if (caller.key.role !== "admin") {
      throw new HttpProblem(403, why, `only an admin's key may ${wanted}`);
    }
    if (reason === null) {
      const message = `must say why you ${wanted}`;
      throw invalidFields([{ path: "overrideReason", message }]);
    }
  }
}

function nameOf({ key, kind, floor, after }: BeyondClinician["step"]): string {
  return `${key} (${kind === "permission" ? (floor ?? after) : after})`;
}
