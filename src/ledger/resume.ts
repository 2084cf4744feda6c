import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatient } from "./patients.ts";
import { resumePermissions } from "./permissionPause.ts";
import { replanPatient } from "./replan.ts";

/** Whose permissions are to go on, who says so, and why. */
export interface ResumeRequest {
  clinicId: string;
  patientId: string;
  actor: string;
  reason: string;
}

/** What a resume came to: whether there was a pause, and how many messages are sent after all. */
export interface Resumed {
  wasPaused: boolean;
  planned: number;
}

/**
 * Ends the pause that an alarming reply began: the clinic has looked at the patient. What was held
 * back and is not out of date is planned again, in one transaction. Undefined where the clinic has
 * no such patient.
 */
export function resumePatient(
  ledger: Ledger,
  request: ResumeRequest,
  now: Date,
): Promise<Resumed | undefined> {
  return ledger.db.transaction().execute((db) => resumeWithin(db, request, now));
}

/** The same within a transaction. */
export async function resumeWithin(
  db: Queries,
  request: ResumeRequest,
  now: Date,
): Promise<Resumed | undefined> {
  const { clinicId, patientId, actor, reason } = request;
  if ((await lockPatient(db, clinicId, patientId)) === undefined) return undefined;
  const resumed = await resumePermissions(db, { clinicId, patientIds: [patientId], actor }, now);
  if (resumed.length === 0) return { wasPaused: false, planned: 0 };
  const event = { clinicId, treatmentId: null, reminderId: null };
  const detail = { patientId, reason };
  await addEvents(db, [{ ...event, type: "permissions resumed", actor, detail, at: now }]);
  const { planned } = await replanPatient(db, request, now);
  return { wasPaused: true, planned };
}
