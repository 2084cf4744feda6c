import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { openAlarmsOf } from "./openAlarms.ts";
import { lockPatient, lockPatients } from "./patientLocks.ts";
import { resumePermissions } from "./permissionPause.ts";
import { replanPatient } from "./replan.ts";

/** Whose permissions are to go on, who says so, and why. */
export interface ResumeRequest {
  clinicId: string;
  patientIds: readonly string[];
  actor: string;
  reason: string;
}

/** What a resume came to. */
export interface Resumed {
  wasPaused: boolean;
  /** Whether the pause is over, for all of the patients. */
  pauseEnded: boolean;
  /** Alarms of theirs that nobody has handled: they keep the pause. */
  openAlarms: number;
  /** How many messages are sent after all. */
  planned: number;
}

/**
 * Ends the pause that an alarming reply began: the clinic has looked at the patient. What was held
 * back and is not out of date is planned again, in one transaction. Whoever has told of another
 * alarm that nobody has handled stays paused. Undefined where the clinic has no such patient.
 */
export function resumePatient(
  ledger: Ledger,
  { patientId, ...request }: Omit<ResumeRequest, "patientIds"> & { patientId: string },
  now: Date,
): Promise<Resumed | undefined> {
  return ledger.db.transaction().execute(async (db) => {
    if ((await lockPatient(db, request.clinicId, patientId)) === undefined) return undefined;
    return resumeWithin(db, { ...request, patientIds: [patientId] }, now);
  });
}

/** The same of several patients, within a transaction. */
export async function resumeWithin(
  db: Queries,
  request: ResumeRequest,
  now: Date,
): Promise<Resumed> {
  const { clinicId, patientIds, actor, reason } = request;
  // An alarm that comes meanwhile waits for them, or has been kept before them.
  await lockPatients(db, clinicId, patientIds);
  const open = await openAlarmsOf(db, clinicId, patientIds);
  const free = patientIds.filter((id) => !open.some(({ alarmed }) => alarmed.includes(id)));
  const resumed = await resumePermissions(db, { clinicId, patientIds: free }, now);
  let planned = 0;
  for (const patientId of resumed) {
    const event = { clinicId, treatmentId: null, reminderId: null };
    const detail = { patientId, reason };
    await addEvents(db, [{ ...event, type: "permissions resumed", actor, detail, at: now }]);
    const again = await replanPatient(db, { clinicId, patientId, actor, reason }, now);
    planned += again.planned;
  }
  const wasPaused = resumed.length > 0 || open.length > 0;
  const pauseEnded = resumed.length > 0 && open.length === 0;
  return { wasPaused, pauseEnded, openAlarms: open.length, planned };
}
