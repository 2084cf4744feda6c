import { createApiKey, findApiKey, generateApiKey } from "./apiKeys.ts";
import { createClinic, inEmptyLedger, type NewClinic } from "./clinics.ts";
import type { Ledger } from "./ledger.ts";

/** What a start found or made of the first clinic and its key. */
export type FirstClinic =
  /** The ledger was empty: the clinic was made, with a key that was generated or given. */
  | { kind: "made"; generatedKey: string | null }
  | { kind: "there" }
  /** The ledger has clinics, and the key that was given is none of theirs. */
  | { kind: "unknown_key" };

/** Makes the first clinic and its admin key where the ledger has no clinic yet. */
export async function ensureFirstClinic(
  ledger: Ledger,
  clinic: NewClinic & { apiKey: string | null },
  now: Date,
): Promise<FirstClinic> {
  const generatedKey = clinic.apiKey === null ? generateApiKey() : null;
  const secret = clinic.apiKey ?? generatedKey ?? "";
  const made = await inEmptyLedger(ledger, async (db) => {
    const { id: clinicId } = await createClinic(db, clinic, now);
    return createApiKey(db, { clinicId, role: "admin", label: "first key", secret }, now);
  });
  if (made !== null) return { kind: "made", generatedKey };
  if (clinic.apiKey === null || (await findApiKey(ledger.db, clinic.apiKey))) {
    return { kind: "there" };
  }
  return { kind: "unknown_key" };
}
