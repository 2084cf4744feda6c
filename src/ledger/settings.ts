import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Queries } from "./ledger.ts";

/**
 * The key that signs links, made at the first call and kept, so that links outlive a restart and
 * every process of one ledger agrees on them.
 */
export async function linkSigningKey(db: Queries): Promise<string> {
  await db
    .insertInto("settings")
    .values({ name: "link_signing_key", value: randomBytes(32).toString("base64url") })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom("settings")
    .select("value")
    .where("name", "=", "link_signing_key")
    .executeTakeFirstOrThrow();
  return row.value;
}

/**
 * Notes over how many queues a process that starts splits the deliveries. Returns the number of the one that
 * started before it, where that is another; else null.
 */
export async function noteQueueShards(db: Queries, shards: number): Promise<number | null> {
  const { rows } = await sql<{ before: number }>`
    with before as (
      select value::int as before from aftercare.settings where name = 'queue_shards'
    ), noted as (
      insert into aftercare.settings (name, value) values ('queue_shards', ${String(shards)})
      on conflict (name) do update set value = excluded.value
    )
    select before from before where before <> ${shards}`.execute(db);
  return rows[0]?.before ?? null;
}
