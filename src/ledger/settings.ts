import { randomBytes } from "node:crypto";
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
