import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import { CLINIC_COLUMNS, type Clinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import { gatherOn } from "./gather.ts";
import type { Queries } from "./ledger.ts";
import type { Role } from "./tables.ts";

/** Who is asking: a key of one clinic, with its role. */
export interface ApiKey {
  id: string;
  clinicId: string;
  role: Role;
}

/** A key as an operator sees it: never its secret. */
export interface ApiKeyInfo extends ApiKey {
  label: string;
  createdAt: Date;
  revokedAt: Date | null;
}

/** 256 random bits, behind a prefix by which a leaked key can be told for what it is. */
export function generateApiKey(): string {
  return `ac_${randomBytes(32).toString("base64url")}`;
}

/**
 * Stores the SHA-256 of `secret` as a key of a clinic, and notes it in the audit, within a
 * transaction: the secret itself is kept nowhere.
 */
export async function createApiKey(
  db: Queries,
  key: { clinicId: string; role: Role; label: string; secret: string },
  actor: string,
  now: Date,
): Promise<ApiKey> {
  const row = await db
    .insertInto("api_keys")
    .values({
      clinic_id: key.clinicId,
      role: key.role,
      label: key.label,
      hash: hashOf(key.secret),
      created_at: now,
      revoked_at: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const made = { id: row.id, clinicId: key.clinicId, role: key.role };
  await note(db, made, { type: "key created", actor }, now);
  return made;
}

/** The key that a secret is, with its clinic; undefined where it is unknown or revoked. */
export const findApiKey = gatherOn<string, { key: ApiKey; clinic: Clinic } | undefined>(
  async (ledger, secrets) => {
    const hashes = secrets.map((secret) => hashOf(secret).toString("hex"));
    const rows = await ledger.prepared(
      "find keys",
      sql<Clinic & { keyId: string; role: Role; hash: string }>`
      select api_keys.id as "keyId", api_keys.role, encode(api_keys.hash, 'hex') as hash,
        ${clinicColumns}
      from aftercare.api_keys join aftercare.clinics on clinics.id = api_keys.clinic_id
      where api_keys.hash = any(array(
          select decode(asked, 'hex')
          from json_array_elements_text(${JSON.stringify([...new Set(hashes)])}::json) as asked))
        and api_keys.revoked_at is null`,
    );
    const found = new Map(
      rows.map(({ keyId: id, role, hash, ...clinic }) => [
        hash,
        { key: { id, clinicId: clinic.id, role }, clinic },
      ]),
    );
    return hashes.map((hash) => found.get(hash));
  },
);

/** Every key of a clinic, or of all clinics, oldest first. */
export function listApiKeys(db: Queries, clinicId?: string): Promise<ApiKeyInfo[]> {
  let query = apiKeyInfos(db);
  if (clinicId !== undefined) query = query.where("clinic_id", "=", clinicId);
  return query.orderBy("created_at").execute();
}

/** One key of a clinic, revoked or not; undefined where the clinic has none with this id. */
export function getApiKey(
  db: Queries,
  { clinicId, id }: { clinicId: string; id: string },
): Promise<ApiKeyInfo | undefined> {
  return apiKeyInfos(db).where("clinic_id", "=", clinicId).where("id", "=", id).executeTakeFirst();
}

/**
 * Revokes a key of a clinic at once, and notes it, within a transaction; false where the clinic has no
 * such key, or it was revoked before.
 */
export async function revokeApiKey(
  db: Queries,
  { clinicId, id }: { clinicId: string; id: string },
  actor: string,
  now: Date,
): Promise<boolean> {
  const revoked = await db
    .updateTable("api_keys")
    .set({ revoked_at: now })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .returning(["id", "clinic_id as clinicId", "role"])
    .executeTakeFirst();
  if (revoked === undefined) return false;
  await note(db, revoked, { type: "key revoked", actor }, now);
  return true;
}

function apiKeyInfos(db: Queries) {
  return db
    .selectFrom("api_keys")
    .select([
      "id",
      "clinic_id as clinicId",
      "role",
      "label",
      "created_at as createdAt",
      "revoked_at as revokedAt",
    ]);
}

/** The label is left out: people write what they like there, and it is in the list of keys. */
function note(
  db: Queries,
  { id: keyId, clinicId, role }: ApiKey,
  event: { type: string; actor: string },
  at: Date,
): Promise<void> {
  const of = { clinicId, treatmentId: null, reminderId: null };
  return addEvents(db, [{ ...of, ...event, detail: { keyId, role }, at }]);
}

const clinicColumns = sql.raw(
  CLINIC_COLUMNS.map((column) => column.replace(/ as (\w+)$/, ' as "$1"')).join(", "),
);

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
