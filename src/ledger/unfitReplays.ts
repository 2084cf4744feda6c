import type { PatientPlanInput } from "../domain/patient.ts";
import { planPatient } from "../domain/patientPlan.ts";
import type { Refusal } from "../domain/replay.ts";
import { isStillNeeded } from "../domain/retraction.ts";
import type { Actionable } from "./actionStates.ts";
import { findClinic } from "./clinics.ts";
import type { Queries } from "./ledger.ts";
import { loadPatientPlans, type PatientPlans } from "./patientPlans.ts";
import { findAddresses } from "./patients.ts";
import { concernsOthers } from "./unsaid.ts";

/**
 * Why messages may not go out again at `now` beside all else of their patients, by the ids of their
 * reminders: another one says it in their place, another treatment restricts a topic of a permission
 * still, or what a retraction says holds no more.
 */
export async function unfitReplays(
  db: Queries,
  clinicId: string,
  states: readonly Actionable[],
  now: Date,
): Promise<Map<string, Refusal>> {
  const dependent = states.filter(({ kind }) => concernsOthers(kind));
  const clinic = dependent.length === 0 ? undefined : await findClinic(db, clinicId);
  const refusals = new Map<string, Refusal>();
  for (const patientId of new Set(dependent.map((each) => each.patientId))) {
    const facts = await findAddresses(db, clinicId, patientId);
    if (clinic === undefined || facts === undefined) continue;
    const plans = await loadPatientPlans(db, { clinic, patientId, facts }, now);
    const own = dependent.filter((each) => each.patientId === patientId);
    const refusalOf = refuser(plans);
    let { input } = plans;
    for (const { reminderId: id, kind } of own) {
      if (kind === "permission") {
        const refusal = refusalOf(id, now);
        if (refusal !== null) refusals.set(id, refusal);
      } else if (isStillNeeded(id, input)) {
        // One of several that say the same will do.
        input = withWaiting(id, input);
      } else {
        refusals.set(id, SUPERSEDED);
      }
    }
  }
  return refusals;
}

const SUPERSEDED: Refusal = { code: "superseded" };

function withWaiting(id: string, input: PatientPlanInput): PatientPlanInput {
  const takenBack = input.takenBack.map((each) => {
    return each.id === id ? { ...each, waits: true, ended: false } : each;
  });
  return { ...input, takenBack };
}

/** Refuses permissions by the plan of their patient, which is made once. */
function refuser({ input, reminders }: PatientPlans) {
  const plans = new Map(planPatient(input).map((each) => [each.key, each.planned]));
  return (id: string, now: Date): Refusal | null => {
    const stored = reminders.find((each) => each.id === id);
    const planned = stored && plans.get(`${stored.treatmentId} ${stored.slot}`);
    // Without a plan, it was taken back: a newer reminder stands in its place.
    if (planned === undefined || planned.trace.supersededBy !== undefined) return SUPERSEDED;
    // Its own time is looked at by what is asked for: a replay waits for it.
    const { waits = [] } = planned.trace;
    const trueAt = new Date(planned.trace.trueAt);
    return waits.length > 0 && trueAt > now ? { code: "too_early", from: trueAt } : null;
  };
}
