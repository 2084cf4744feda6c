import { type RawBuilder, sql } from "kysely";
import type { Queries } from "./ledger.ts";

/**
 * Writes several things in one statement, and so in one round trip to the ledger. The writes see
 * nothing of each other; that what they refer to is there is checked when all are done.
 */
export async function writeTogether(
  db: Queries,
  writes: readonly RawBuilder<unknown>[],
): Promise<void> {
  const parts = writes.map((write, index) => sql`${sql.raw(`write_${index}`)} as (${write})`);
  if (parts.length > 0) await sql`with ${sql.join(parts)} select`.execute(db);
}
