import type { Step } from "../domain/protocol.ts";
import type { Caller } from "./auth.ts";
import { HttpProblem, invalidFields } from "./problem.ts";

/**
 * Refuses what a clinician may not decide alone: a step that is to be true sooner than its floor
 * needs an admin's key, and a reason. `reason` is null where the body gives none.
 */
export function allowOverrides(
  caller: Caller,
  below: readonly Step[],
  reason: string | null,
): void {
  if (below.length === 0) return;
  const steps = below.map(({ key, floor, after }) => `${key} (${floor ?? after})`).join(", ");
  if (caller.key.role !== "admin") {
    const detail = `only an admin's key may make these steps true sooner than their floor: ${steps}`;
    throw new HttpProblem(403, "below_floor", detail);
  }
  if (reason === null) {
    const message = `must say why these steps are to be true sooner than their floor: ${steps}`;
    throw invalidFields([{ path: "overrideReason", message }]);
  }
}
