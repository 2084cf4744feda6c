import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { foldAddress } from "./addresses.ts";
import type { Queries } from "./ledger.ts";

/** Remembers that a number or mailbox of a clinic's patient takes no messages. */
export async function markDead(
  db: Queries,
  dead: { clinicId: string; channel: ChannelName; address: string; code: string },
  now: Date,
): Promise<void> {
  await db
    .insertInto("dead_addresses")
    .values({
      clinic_id: dead.clinicId,
      channel: dead.channel,
      address: foldAddress(dead.channel, dead.address),
      code: dead.code,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Forgets them again: they were seen to take a message, or an admin wants them tried. */
export async function reviveAddresses(
  db: Queries,
  clinicId: string,
  alive: readonly { channel: ChannelName; address: string }[],
): Promise<void> {
  if (alive.length === 0) return;
  await db
    .deleteFrom("dead_addresses")
    .where("clinic_id", "=", clinicId)
    .where((where) =>
      where.or(
        alive.map(({ channel, address }) =>
          where.and({ channel, address: foldAddress(channel, address) }),
        ),
      ),
    )
    .execute();
}

/** In SQL: whether the address of reminder `r` of patient `p` is known to take no messages. */
export const isDead = sql<boolean>`exists (
  select 1 from aftercare.dead_addresses d
  where d.clinic_id = r.clinic_id and d.channel = r.channel
    and d.address = case r.channel when 'sms' then p.phone else lower(p.email) end)`;
