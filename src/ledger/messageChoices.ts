import type { ChannelName } from "../domain/channel.ts";
import type { Ledger } from "./ledger.ts";
import { optInAddress } from "./optIns.ts";
import { optOut, optOutAddress } from "./optingOut.ts";
import { BY_HAND, BY_PAGE, BY_WORD } from "./optOuts.ts";
import { findAddresses } from "./patients.ts";

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

/** A patient's word to the clinic that a channel is to stop, and who heard it. */
export interface ToldStop extends MessageChoice {
  actor: string;
  reason: string;
}

/**
 * The same on the patient's word to somebody of the clinic. Only the patient takes it back: by a
 * START of the phone, or for email on the own page. False where the patient has no such address.
 */
export function stopOnWord(
  ledger: Ledger,
  { clinicId, patientId, channel, actor, reason }: ToldStop,
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    // Not locked yet: the address comes first, as everywhere.
    const patient = await findAddresses(db, clinicId, patientId);
    const address = channel === "sms" ? patient?.phone : patient?.email;
    if (!address) return false;
    await optOutAddress(db, { clinicId, channel, address, source: BY_WORD, actor, reason }, now);
    return true;
  });
}

/**
 * Lifts the stop of the address that the patient has on a channel, and plans again what is unsent to
 * everybody of the clinic with that address, in one transaction. One that came by text stays: a page
 * is no phone, and only a START takes that back. True where there was a stop to lift.
 */
export function resumeMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { clinicId, patientId, channel } = choice;
  return ledger.db.transaction().execute(async (db) => {
    // Not locked yet: the address comes first, as everywhere.
    const patient = await findAddresses(db, clinicId, patientId);
    const address = channel === "sms" ? patient?.phone : patient?.email;
    if (!address) return false;
    const by = channel === "sms" ? { sources: BY_HAND } : {};
    const reason = "resumed on the patient page";
    const stop = { clinicId, channel, address, actor: "patient", ...by };
    return optInAddress(db, { ...stop, reason }, now);
  });
}
