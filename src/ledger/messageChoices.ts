import type { ChannelName } from "../domain/channel.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { foldAddress, optOut } from "./optOuts.ts";
import { replanPatient } from "./replan.ts";

/** What a patient chose on the own page, for one channel in one clinic. */
export interface MessageChoice {
  clinicId: string;
  patientId: string;
  channel: ChannelName;
}

/** Where the choice was made, as opt-outs and events tell it. */
const SOURCE = "patient page";

/**
 * Stops a channel for the address that the patient has on it, and notes it. What is unsent on it is
 * skipped before this resolves. False where the patient has no such address.
 */
export async function stopMessages(
  ledger: Ledger,
  choice: MessageChoice,
  now: Date,
): Promise<boolean> {
  const { patientId, channel } = choice;
  const stopped = await optOut(ledger, { patientId, channel, source: SOURCE }, now);
  if (stopped) await note(ledger.db, choice, { type: "opted out", source: SOURCE }, now);
  return stopped;
}

/**
 * Lifts the stop of the address that the patient has on a channel, however it was said, and plans
 * what is unsent again, in one transaction. True where there was a stop to lift.
 */
export function resumeMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { clinicId, patientId, channel } = choice;
  return ledger.db.transaction().execute(async (db) => {
    const patient = await db
      .selectFrom("patients")
      .select(["phone", "email"])
      .where("clinic_id", "=", clinicId)
      .where("id", "=", patientId)
      .executeTakeFirst();
    const address = channel === "sms" ? patient?.phone : patient?.email;
    if (!address) return false;
    const lifted = await db
      .deleteFrom("opt_outs")
      .where("clinic_id", "=", clinicId)
      .where("channel", "=", channel)
      .where("address", "=", foldAddress(channel, address))
      .returning("source")
      .executeTakeFirst();
    if (lifted === undefined) return false;
    await note(db, choice, { type: "opted in", source: lifted.source }, now);
    const reason = "resumed on the patient page";
    await replanPatient(db, { clinicId, patientId, actor: "patient", reason }, now);
    return true;
  });
}

async function note(
  db: Queries,
  { clinicId, channel }: MessageChoice,
  { type, source }: { type: string; source: string },
  now: Date,
): Promise<void> {
  const about = { clinicId, treatmentId: null, reminderId: null };
  await addEvents(db, [{ ...about, type, actor: "patient", detail: { channel, source }, at: now }]);
}
