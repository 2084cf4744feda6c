import type { Queries } from "./ledger.ts";

/** A patient whose unsent reminders are to be planned again, by whom and why. */
export interface ReplanRequest {
  clinicId: string;
  patientId: string;
  actor: string;
  reason: string;
}

/**
 * Plans a patient's unsent reminders again, within a transaction. Does nothing yet: what a stop has
 * skipped stays skipped, and what is enrolled after a START goes out.
 */
export async function replanPatient(
  _db: Queries,
  _request: ReplanRequest,
  _now: Date,
): Promise<void> {}
