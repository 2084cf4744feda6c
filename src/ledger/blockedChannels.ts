import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { addressesOf, type PatientAddresses } from "./addresses.ts";
import type { Queries } from "./ledger.ts";

/** Channels closed by an opt-out, and those whose address is dead. */
export interface BlockedChannels {
  optedOut: ChannelName[];
  dead: ChannelName[];
}

/** The channels on which a clinic cannot reach these addresses. */
export async function blockedChannels(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<BlockedChannels> {
  const each = addressesOf(addresses).map(
    ({ channel, address }) => sql`channel = ${channel} and address = ${address}`,
  );
  const own = sql`(${sql.join(each, sql` or `)})`;
  const { rows } = await sql<{ channel: ChannelName; optedOut: boolean }>`
    select channel, true as "optedOut" from aftercare.opt_outs
    where clinic_id = ${clinicId} and ${own}
    union all
    select channel, false from aftercare.dead_addresses
    where clinic_id = ${clinicId} and ${own}`.execute(db);
  const by = (optedOut: boolean) =>
    rows.filter((row) => row.optedOut === optedOut).map(({ channel }) => channel);
  return { optedOut: by(true), dead: by(false) };
}
