import type { Queries } from "./ledger.ts";

/** Whose unsent reminders are to be planned again, who asked for it, and why. */
export interface ReplanRequest {
  clinicId: string;
  patientId: string;
  actor: string;
  reason: string;
}

/** Plans what is unsent of a patient again, by what is known of the patient at `now`. */
export async function replanPatient(
  _db: Queries,
  _request: ReplanRequest,
  _now: Date,
): Promise<void> {}
