import { type PlanInput, planStep } from "./plan.ts";
import type { PlannedReminder } from "./reminder.ts";

/**
 * The message that takes back the permission of `step`, which went out too early: at the next
 * opening from now on, to ask the patient to wait until `until`; null where nobody knows until when.
 * By then it has nothing more to say, so it is stale no later. Empty where the protocol has no
 * retraction of that step. `input` is that of the permission's treatment.
 */
export function planRetraction(
  step: string,
  until: Date | null,
  input: PlanInput,
): PlannedReminder[] {
  const retraction = input.protocol.steps.find(({ retracts }) => retracts === step);
  if (retraction === undefined) return [];
  const { now } = input;
  return planStep(retraction, { ...input, performedAt: now, others: [] }).map((planned) => {
    const expiresAt = until !== null && until < planned.expiresAt ? until : planned.expiresAt;
    const sendUntil = planned.sendUntil < expiresAt ? planned.sendUntil : expiresAt;
    const trace = { ...planned.trace, retracts: step, waitUntil: until?.toISOString() ?? null };
    const told = { ...planned, expiresAt, sendUntil, trace };
    const late = planned.status === "scheduled" && planned.dueAt >= expiresAt;
    return late ? { ...told, status: "skipped", statusReason: "expired" } : told;
  });
}
