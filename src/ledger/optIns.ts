import { sql } from "kysely";
import { foldAddress, lockAddress } from "./addresses.ts";
import type { Queries } from "./ledger.ts";
import { type OptOutRequest, optIn } from "./optOuts.ts";
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
  const { clinicId, channel, actor, reason } = request;
  await lockAddress(db, channel, request.address);
  const patientIds = await lockPatientsAt(db, request);
  if (!(await optIn(db, request, now))) return false;
  for (const patientId of patientIds) {
    await replanPatient(db, { clinicId, patientId, actor, reason }, now);
  }
  return true;
}

/** Everybody of the clinic with the address, locked by id. */
async function lockPatientsAt(
  db: Queries,
  { clinicId, channel, address }: OptInRequest,
): Promise<string[]> {
  const column = channel === "sms" ? sql.ref("phone") : sql`lower(email)`;
  const rows = await db
    .selectFrom("patients")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where(column, "=", foldAddress(channel, address))
    .orderBy("id")
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
}
