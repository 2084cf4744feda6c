import { planPatient } from "../domain/patientPlan.ts";
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
    const { input, reminders } = await loadPatientPlans(db, person, now);
    const plans = new Map(planPatient(input).map((each) => [each.key, each.planned]));
    for (const { reminderId: id } of permissions.filter((each) => each.patientId === patientId)) {
      const stored = reminders.find((each) => each.id === id);
      const planned = stored && plans.get(`${stored.treatmentId} ${stored.slot}`);
      // Without a plan, it was taken back: a newer reminder stands in its place.
      if (planned === undefined || planned.trace.supersededBy !== undefined) {
        refusals.set(id, { code: "superseded" });
        continue;
      }
      // Its own time is looked at by what is asked for: a replay waits for it.
      const { waits = [] } = planned.trace;
      const trueAt = new Date(planned.trace.trueAt);
      if (waits.length > 0 && trueAt > now) refusals.set(id, { code: "too_early", from: trueAt });
    }
  }
  return refusals;
}
