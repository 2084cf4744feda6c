import { type RawBuilder, sql } from "kysely";
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
  const { rows } = await sql<BlockedChannels>`
    select ${blockedArrays(clinicId, addressesOf(addresses))}`.execute(db);
  return rows[0] ?? { optedOut: [], dead: [] };
}

/** The same in SQL, as the columns `optedOut` and `dead`; the addresses are folded. */
export function blockedArrays(
  clinicId: string | RawBuilder<string>,
  addresses: readonly { channel: ChannelName; address: string | RawBuilder<string> }[],
): RawBuilder<unknown> {
  // Each address by itself: of the two together, all that a clinic has would be read. And no `exists`,
  // for which the planner may read all that there is to look many of them up.
  const channelsIn = (table: "opt_outs" | "dead_addresses") => {
    const each = addresses.map(
      ({ channel, address }) => sql`(
        select channel from ${sql.raw(`aftercare.${table}`)}
        where clinic_id = ${clinicId} and channel = ${sql.lit(channel)} and address = ${address}
        limit 1
      )`,
    );
    return sql`array_remove(array[${sql.join(each)}], null)`;
  };
  return sql`${channelsIn("opt_outs")} as "optedOut", ${channelsIn("dead_addresses")} as dead`;
}
