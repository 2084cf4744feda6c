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
  const { rows } = await sql<{ channel: ChannelName; optedOut: boolean }>`
    with own as (
      select * from jsonb_to_recordset(${JSON.stringify(addressesOf(addresses))}::jsonb)
        as a(channel text, address text)
    )
    select channel, true as "optedOut" from aftercare.opt_outs join own using (channel, address)
    where clinic_id = ${clinicId}
    union all
    select channel, false from aftercare.dead_addresses join own using (channel, address)
    where clinic_id = ${clinicId}`.execute(db);
  const by = (optedOut: boolean) =>
    rows.filter((row) => row.optedOut === optedOut).map(({ channel }) => channel);
  return { optedOut: by(true), dead: by(false) };
}
