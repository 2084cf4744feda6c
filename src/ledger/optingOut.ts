import type { ChannelName } from "../domain/channel.ts";
import { CANCELLABLE } from "../domain/reminder.ts";
import { foldAddress, lockAddress, patientsAt } from "./addresses.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { BY_TEXT, needsStart } from "./optOuts.ts";
import { lockPatients } from "./patientLocks.ts";
import { replanPatient } from "./replan.ts";

/** Who stops a channel, and how. */
export interface OptOut {
  patientId: string;
  channel: ChannelName;
  source: string;
  /** Whether an address may be the one that the stop came from; any may where it is left out. */
  isFor?: (address: string) => boolean;
}

/**
 * Records that a patient said stop on a channel, and in the same transaction skips everything not
 * yet sent on it, for every patient of the clinic with that address. It is the patient's present
 * one, unless the stop came from another that the patient's messages went to before: whoever reads
 * that mailbox stops what comes there, and not what the patient gets elsewhere. What is already being
 * sent cannot be stopped. Saying it again changes nothing. False where there is no such patient, or
 * the patient has no address on the channel.
 */
export function optOut(ledger: Ledger, request: OptOut, now: Date): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const patient = await db
      .selectFrom("patients")
      .select(["clinic_id as clinicId", "phone", "email"])
      .where("id", "=", request.patientId)
      .executeTakeFirst();
    const { channel, source, isFor = () => true } = request;
    const present = channel === "sms" ? patient?.phone : patient?.email;
    if (!patient || !present) return false;
    const earlier = isFor(present) ? [] : await addressesSentTo(db, patient.clinicId, request);
    // A ledger that was restored may not know where it sent to: a stop is heard all the same.
    const address = earlier.find(isFor) ?? present;
    await optOutAddress(
      db,
      { clinicId: patient.clinicId, channel, address, source, actor: "patient" },
      now,
    );
    return true;
  });
}

/** Where messages to a patient have gone on a channel. */
async function addressesSentTo(
  db: Queries,
  clinicId: string,
  { patientId, channel }: Pick<OptOut, "patientId" | "channel">,
): Promise<string[]> {
  const rows = await db
    .selectFrom("attempts")
    .innerJoin("reminders", "reminders.id", "attempts.reminder_id")
    .select("attempts.address")
    .distinct()
    .where("reminders.clinic_id", "=", clinicId)
    .where("reminders.patient_id", "=", patientId)
    .where("attempts.channel", "=", channel)
    .execute();
  return rows.flatMap(({ address }) => address ?? []);
}

/** An address that is not to be used any more, and who says so. */
export interface OptOutRequest {
  clinicId: string;
  channel: ChannelName;
  /** As the patient or an attempt has it. */
  address: string;
  /** How it was said: `text`, `patient page`, `unsubscribe link`, `told the clinic`, `twilio 21610`. */
  source: string;
  actor: string;
  /** Why somebody of the clinic recorded it; for the history. */
  reason?: string;
}

/**
 * The same within a transaction, for an address. What had given way to a message that is stopped by
 * this is planned again where it may still go. It locks the address and then the patients, and has to
 * be the first in its transaction to lock any of these: name in `alsoPatients` whose reminders the
 * transaction is going to change beside those at the address.
 */
export async function optOutAddress(
  db: Queries,
  request: OptOutRequest,
  now: Date,
  alsoPatients: readonly string[] = [],
): Promise<void> {
  const { clinicId, channel, source, actor, reason } = request;
  const address = foldAddress(channel, request.address);
  await lockAddress(db, channel, address);
  const patientIds = await patientsAt(db, { clinicId, channel, address });
  await lockPatients(db, clinicId, [...patientIds, ...alsoPatients]);
  const added = await db
    .insertInto("opt_outs")
    .values({ clinic_id: clinicId, channel, address, source, created_at: now })
    // A patient's own text is the best evidence, and is kept; the same word again is no news. One on
    // the page does not stand in for a text, which only a START takes back.
    .onConflict((conflict) => {
      const again = conflict.columns(["clinic_id", "channel", "address"]);
      return needsStart({ channel, source })
        ? again.doUpdateSet({ source }).where("opt_outs.source", "not in", [BY_TEXT, source])
        : again.doNothing();
    })
    .returning("source")
    .executeTakeFirst();
  const skipped = await skipUnsent(db, { clinicId, channel, patientIds }, now);
  const by = { clinicId, actor, at: now };
  const said = { ...by, treatmentId: null, reminderId: null, type: "opted out" };
  await addEvents(db, [
    ...(added === undefined
      ? []
      : [{ ...said, detail: { channel, source, patientIds, ...(reason && { reason }) } }]),
    ...skipped.map((row) => ({
      ...by,
      treatmentId: row.treatment_id,
      reminderId: row.id,
      type: "skipped",
      detail: { reason: "opted_out" },
    })),
  ]);
  for (const patientId of patientIds) {
    await replanPatient(db, { clinicId, patientId, actor, reason: "stop" }, now);
  }
}

/** Skips what waits to go to patients on a channel. */
function skipUnsent(
  db: Queries,
  { clinicId, channel, patientIds }: SkipRequest,
  now: Date,
): Promise<{ id: string; treatment_id: string }[]> {
  if (patientIds.length === 0) return Promise.resolve([]);
  return db
    .updateTable("reminders")
    .set({ status: "skipped", status_reason: "opted_out", updated_at: now })
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "in", patientIds)
    .where("channel", "=", channel)
    .where("status", "in", CANCELLABLE)
    .returning(["id", "treatment_id"])
    .execute();
}

interface SkipRequest {
  clinicId: string;
  channel: ChannelName;
  /** Locked, as are their reminders. */
  patientIds: readonly string[];
}
