import type { ChannelName } from "../domain/channel.ts";
import type { Ledger } from "./ledger.ts";
import { optInAddress } from "./optIns.ts";
import { optOut } from "./optOuts.ts";
import { findAddresses } from "./patients.ts";

/** What a patient chose on the own page, for one channel in one clinic. */
export interface MessageChoice {
  clinicId: string;
  patientId: string;
  channel: ChannelName;
}

/** Where the choice was made, as opt-outs and events tell it. */
const SOURCE = "patient page";

/**
 * Stops a channel for the address that the patient has on it. What is unsent on it is skipped before
 * this resolves. False where the patient has no such address.
 */
export function stopMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { patientId, channel } = choice;
  return optOut(ledger, { patientId, channel, source: SOURCE }, now);
}

/**
 * Lifts the stop of the address that the patient has on a channel, however it was said, and plans
 * again what is unsent to everybody of the clinic with that address, in one transaction. True where
 * there was a stop to lift.
 */
export function resumeMessages(ledger: Ledger, choice: MessageChoice, now: Date): Promise<boolean> {
  const { clinicId, patientId, channel } = choice;
  return ledger.db.transaction().execute(async (db) => {
    // Not locked yet: the address comes first, as everywhere.
    const patient = await findAddresses(db, clinicId, patientId);
    const address = channel === "sms" ? patient?.phone : patient?.email;
    if (!address) return false;
    const reason = "resumed on the patient page";
    return optInAddress(db, { clinicId, channel, address, actor: "patient", reason }, now);
  });
}
