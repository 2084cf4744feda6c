import { foldAddress, lockAddress, patientsAt } from "./addresses.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import type { OptOutRequest } from "./optingOut.ts";
import { lockPatients } from "./patientLocks.ts";
import { replanPatient } from "./replan.ts";

/** An address that may be used again, who says so, and how. */
export type OptInRequest = Pick<OptOutRequest, "clinicId" | "channel" | "address" | "actor"> & {
  /** Only a stop that was said in one of these ways is lifted; any, where they are left out. */
  sources?: readonly string[];
  /** For the history of what is planned again. */
  reason: string;
};

/**
 * Lifts the stop of an address at a clinic, within a transaction, and plans again what is unsent to
 * everybody there who has it: a stop was for all of them, a family with one number, and so is its
 * end. It locks the address and then the patients by id, as a text does. False where there was no
 * stop.
 */
export async function optInAddress(
  db: Queries,
  request: OptInRequest,
  now: Date,
): Promise<boolean> {
  const { clinicId, channel, actor, sources, reason } = request;
  const address = foldAddress(channel, request.address);
  await lockAddress(db, channel, address);
  const patientIds = await patientsAt(db, { clinicId, channel, address });
  await lockPatients(db, clinicId, patientIds);
  const removed = await db
    .deleteFrom("opt_outs")
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", channel)
    .where("address", "=", address)
    .$if(sources !== undefined, (query) => query.where("source", "in", [...(sources ?? [])]))
    .returning("source")
    .executeTakeFirst();
  if (removed === undefined) return false;
  const detail = { channel, source: removed.source, patientIds };
  const event = { clinicId, treatmentId: null, reminderId: null, type: "opted in", actor };
  await addEvents(db, [{ ...event, detail, at: now }]);
  for (const patientId of patientIds) {
    await replanPatient(db, { clinicId, patientId, actor, reason }, now);
  }
  return true;
}
