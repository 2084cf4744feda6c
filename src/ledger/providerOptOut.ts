import { lockAddress } from "./addresses.ts";
import type { Queries } from "./ledger.ts";
import { optOutAddress } from "./optingOut.ts";

/** What a provider says of an attempt, in the name of which part of the program. */
export interface ProviderOptOut {
  attemptId: string;
  code: string;
  actor: string;
  /** Whether it has said the same before: asked once nothing else can say anything of the address. */
  heardBefore?: () => Promise<boolean>;
}

/**
 * A provider says of an attempt that the patient has stopped: the same event as a STOP to us, and
 * perhaps the only word of it, where the provider took the text and kept it to itself. What it
 * repeats is no news: the patient may have said START since. To be called before anything else in its
 * transaction, as `optOutAddress` says.
 */
export async function noteProviderOptOut(
  db: Queries,
  told: ProviderOptOut,
  now: Date,
): Promise<void> {
  const attempt = await db
    .selectFrom("attempts")
    .innerJoin("reminders", "reminders.id", "attempts.reminder_id")
    .select([
      "reminders.patient_id as patientId",
      "attempts.clinic_id as clinicId",
      "attempts.channel",
      "attempts.address",
      "attempts.provider",
    ])
    .where("attempts.id", "=", told.attemptId)
    .executeTakeFirst();
  // Attempts of early programs do not say where they went.
  if (attempt === undefined || attempt.address === null) return;
  const { clinicId, channel, address, provider, patientId } = attempt;
  await lockAddress(db, channel, address);
  if (await told.heardBefore?.()) return;
  const source = `${provider} ${told.code}`;
  const { actor } = told;
  // Who has another number by now is not at the address, but the message at hand was theirs.
  await optOutAddress(db, { clinicId, channel, address, source, actor }, now, [patientId]);
}
