import { heldBack } from "../domain/overlap.ts";
import { restrictionsBy } from "../domain/patientPlan.ts";
import type { Refusal } from "../domain/replay.ts";
import type { Actionable } from "./actionStates.ts";
import { findClinic } from "./clinics.ts";
import type { Queries } from "./ledger.ts";
import { loadPatientPlans } from "./patientPlans.ts";
import { findAddresses } from "./patients.ts";

/**
 * Why permissions may not go out at `now` beside the patients' other treatments, by the ids of their
 * reminders: another one says it in their place, or restricts one of their topics still.
 */
export async function restrictedPermissions(
  db: Queries,
  clinicId: string,
  states: readonly Actionable[],
  now: Date,
): Promise<Map<string, Refusal>> {
  const permissions = states.filter(({ kind }) => kind === "permission");
  const clinic = permissions.length === 0 ? undefined : await findClinic(db, clinicId);
  const refusals = new Map<string, Refusal>();
  for (const patientId of new Set(permissions.map((each) => each.patientId))) {
    const facts = await findAddresses(db, clinicId, patientId);
    if (clinic === undefined || facts === undefined) continue;
    const person = { clinic, patientId, facts };
    const { input } = await loadPatientPlans(db, person, now, { lock: false });
    const restrictions = input.treatments.flatMap(restrictionsBy);
    for (const state of permissions.filter((each) => each.patientId === patientId)) {
      const others = restrictions.filter(({ treatmentId }) => treatmentId !== state.treatmentId);
      const { trueAt, waits, supersededBy } = heldBack(state, state.trueAt, others);
      const { reminderId: id } = state;
      if (supersededBy.length > 0) refusals.set(id, { code: "superseded" });
      else if (waits.length > 0 && trueAt > now)
        refusals.set(id, { code: "too_early", from: trueAt });
    }
  }
  return refusals;
}
