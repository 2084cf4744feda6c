import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { Queries } from "./ledger.ts";

/** A caller's name for one call: with the same body again it gives the first answer. */
export interface IdempotencyKey {
  key: string;
  body: unknown;
}

/** What an earlier call with the same key came to. */
export type Earlier<Answer> = { kind: "repeated"; answer: Answer } | { kind: "conflict" };

/** Takes the idempotency key; where it was taken before, what that call came to. */
export async function claimKey<Answer>(
  db: Queries,
  clinicId: string,
  { key, body }: IdempotencyKey,
  now: Date,
): Promise<Earlier<Answer> | null> {
  const hash = hashOf(body);
  const taken = await db
    .insertInto("idempotency_keys")
    .values({ clinic_id: clinicId, key, body_hash: hash, answer: "null", created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning("key")
    .executeTakeFirst();
  if (taken !== undefined) return null;
  const first = await db
    .selectFrom("idempotency_keys")
    .select(["body_hash", "answer"])
    .where("clinic_id", "=", clinicId)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (!hash.equals(first.body_hash)) return { kind: "conflict" };
  return { kind: "repeated", answer: first.answer as Answer };
}

/** Keeps what a call came to, to be given again. */
export async function keepAnswer(
  db: Queries,
  clinicId: string,
  { key }: IdempotencyKey,
  answer: unknown,
): Promise<void> {
  await db
    .updateTable("idempotency_keys")
    .set({ answer: JSON.stringify(answer) })
    .where("clinic_id", "=", clinicId)
    .where("key", "=", key)
    .execute();
}

/** A key that nobody has, and what the call with it came to. */
export interface NewKey extends IdempotencyKey {
  clinicId: string;
  answer: unknown;
  takenAt: Date;
}

/** In SQL: takes keys, with what the calls came to. Fails where one is taken. */
export function keysInsert(keys: readonly NewKey[]): RawBuilder<unknown> {
  const rows = keys.map(({ clinicId, key, body, answer, takenAt }) => ({
    clinic_id: clinicId,
    key,
    body_hash: hashOf(body).toString("hex"),
    answer,
    taken_at: takenAt,
  }));
  return sql`
    insert into aftercare.idempotency_keys (clinic_id, key, body_hash, answer, created_at)
    select clinic_id, key, decode(body_hash, 'hex'), answer, taken_at
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as k(clinic_id uuid, key text, body_hash text, answer jsonb, taken_at timestamptz)`;
}

function hashOf(body: unknown): Buffer {
  return createHash("sha256").update(canonical(body)).digest();
}

/** JSON with the keys of every object in order, so that two spellings of one body are equal. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
