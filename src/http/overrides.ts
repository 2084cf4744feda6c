import { type BeyondClinician, refusedOverrides } from "../domain/overrides.ts";
import type { Caller } from "./auth.ts";
import { HttpProblem, invalidFields } from "./problem.ts";

/** Refuses overrides that need an admin's key, or a reason; `reason` is null where the body gives none. */
export function allowOverrides(
  caller: Caller,
  beyond: readonly BeyondClinician[],
  reason: string | null,
): void {
  const refused = refusedOverrides(beyond, { admin: caller.key.role === "admin", reason });
  if (refused === null) return;
  const { why, lacks, wanted } = refused;
  if (lacks === "admin") throw new HttpProblem(403, why, `only an admin's key may ${wanted}`);
  throw invalidFields([{ path: "overrideReason", message: `must say why you ${wanted}` }]);
}
