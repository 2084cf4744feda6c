import type { ChannelName } from "../domain/channel.ts";
import type { Ledger } from "./ledger.ts";
import { BY_HAND, BY_PAGE, optIn, optOut } from "./optOuts.ts";
import { lockPatient } from "./patients.ts";
import { replanPatient } from "./replan.ts";

/** What a patient chose on the own page, for one channel in one clinic. */
export interface MessageChoice {
  clinicId: string;
  patientId: string;
  channel: ChannelName;
}

/**
 * Stops a channel for the address that the patient has on it. What is unsent on it is skipped before
 * this resolves. False where the patient has no such address.
 */
export function stopMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { patientId, channel } = choice;
  return optOut(ledger, { patientId, channel, source: BY_PAGE }, now);
}

/**
 * Lifts the stop of the address that the patient has on a channel, and plans what is unsent again, in
 * one transaction. One that came by text stays: a page is no phone, and only a START takes that back.
 * True where there was a stop to lift.
 */
export function resumeMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { clinicId, patientId, channel } = choice;
  const actor = "patient";
  return ledger.db.transaction().execute(async (db) => {
    const patient = await lockPatient(db, clinicId, patientId);
    const address = channel === "sms" ? patient?.phone : patient?.email;
    if (!address) return false;
    const stop = { clinicId, channel, address, actor };
    const lifted = await optIn(db, channel === "sms" ? { ...stop, sources: BY_HAND } : stop, now);
    if (!lifted) return false;
    const reason = "resumed on the patient page";
    await replanPatient(db, { clinicId, patientId, actor, reason }, now);
    return true;
  });
}
