import { sql } from "kysely";
import type { Ledger } from "../../../src/ledger/ledger.ts";

/** The connections that the ledger's pool has at most. */
const CONNECTIONS = 10;

/** Has PostgreSQL know what was read so far: each connection keeps its own count for a while. */
export async function flushReadCounts({ db }: Ledger): Promise<void> {
  const flush = () => sql`select pg_stat_force_next_flush(), pg_sleep(0.05)`.execute(db);
  await Promise.all(Array.from({ length: CONNECTIONS }, flush));
}
