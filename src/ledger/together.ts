import { type RawBuilder, sql } from "kysely";
import type { Ledger, Queries } from "./ledger.ts";

/** Writes in SQL, each by the name of what it keeps. */
export type Writes = Readonly<Record<string, RawBuilder<unknown>>>;

/**
 * Writes several things in one statement, and so in one round trip to the ledger. The writes see
 * nothing of each other; that what they refer to is there is checked when all are done.
 */
export async function writeTogether(db: Queries, writes: Writes): Promise<void> {
  if (Object.keys(writes).length > 0) await statementOf(writes).execute(db);
}

/**
 * The same outside of any transaction: all of it is kept, or nothing. The statement is planned once on
 * each connection, for which the text of each write has to be always the same under its name.
 */
export async function writeAtOnce(ledger: Ledger, writes: Writes): Promise<void> {
  await ledger.prepared(`write ${Object.keys(writes).join(" ")}`, statementOf(writes));
}

function statementOf(writes: Writes): RawBuilder<unknown> {
  const parts = Object.entries(writes).map(
    ([name, write]) => sql`${sql.raw(`new_${name}`)} as (${write})`,
  );
  return sql`with ${sql.join(parts)} select`;
}
