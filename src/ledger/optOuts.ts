import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import {
  addressesOf,
  type ClinicAddress,
  foldAddress,
  type PatientAddresses,
} from "./addresses.ts";
import type { Queries } from "./ledger.ts";

/** The source of an opt-out that the patient texted: one that has been confirmed. */
export const BY_TEXT = "text";

/** The sources of those from a patient's own page, and from the link in an email. */
export const BY_PAGE = "patient page";
export const BY_LINK = "unsubscribe link";
export const BY_HAND: readonly string[] = [BY_PAGE, BY_LINK];

/** The source of those that the patient told somebody of the clinic. */
export const BY_WORD = "told the clinic";

/** A channel that a clinic may not use for an address. */
export interface OptedOut {
  channel: ChannelName;
  source: string;
}

/**
 * Whether only the phone itself can take a stop back, by a START. Whoever has a patient's page need
 * not have the number that said stop: it may have been corrected since, or be a family's.
 */
export function needsStart({ channel, source }: OptedOut): boolean {
  return channel === "sms" && !BY_HAND.includes(source);
}

/** What a clinic may not use for these addresses. */
export function findOptOuts(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<OptedOut[]> {
  return db
    .selectFrom("opt_outs")
    .select(["channel", "source"])
    .where("clinic_id", "=", clinicId)
    .where((where) => where.or(addressesOf(addresses).map((each) => where.and(each))))
    .execute();
}

/** In SQL: whether the address of reminder `r` of patient `p` opted out of its channel. */
export const isOptedOut = sql<boolean>`exists (
  select 1 from aftercare.opt_outs o
  where o.clinic_id = r.clinic_id and o.channel = r.channel
    and o.address = case r.channel when 'sms' then p.phone else lower(p.email) end)`;

/** How an address was opted out of a clinic's messages; null where it was not. */
export async function optOutSource(
  db: Queries,
  { clinicId, channel, address }: ClinicAddress,
): Promise<string | null> {
  const row = await db
    .selectFrom("opt_outs")
    .select("source")
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", channel)
    .where("address", "=", foldAddress(channel, address))
    .executeTakeFirst();
  return row?.source ?? null;
}
