import { createApiKey, findApiKey, generateApiKey } from "./apiKeys.ts";
import { makeClinic } from "./clinicChanges.ts";
import { inEmptyLedger, type NewClinic } from "./clinics.ts";
import { createInvitation } from "./invitations.ts";
import type { Ledger } from "./ledger.ts";

/** What a start found or made of the first clinic and its key. */
export type FirstClinic =
  /**
   * The ledger was empty: the clinic was made, with a key that was generated or given, and an
   * invitation for its first admin, who will look after the installation, too.
   */
  | { kind: "made"; generatedKey: string | null; invitationToken: string }
  | { kind: "there" }
  /** The ledger has clinics, and the key that was given is none of theirs. */
  | { kind: "unknown_key" };

/** Who made them, as the audit has it: nobody was there to ask. */
const ACTOR = "first start";

/** Makes the first clinic and its admin key where the ledger has no clinic yet. */
export async function ensureFirstClinic(
  ledger: Ledger,
  { apiKey, ...facts }: NewClinic & { apiKey: string | null },
  now: Date,
): Promise<FirstClinic> {
  const generatedKey = apiKey === null ? generateApiKey() : null;
  const secret = apiKey ?? generatedKey ?? "";
  const made = await inEmptyLedger(ledger, async (db) => {
    const { clinic } = await makeClinic(db, facts, ACTOR, now);
    const key = { clinicId: clinic.id, role: "admin" as const, label: "first key", secret };
    await createApiKey(db, key, ACTOR, now);
    const first = { clinicId: clinic.id, email: null, role: "admin" as const, operator: true };
    return createInvitation(db, first, ACTOR, now);
  });
  if (made !== null) return { kind: "made", generatedKey, invitationToken: made.token };
  if (apiKey === null || (await findApiKey(ledger, apiKey))) {
    return { kind: "there" };
  }
  return { kind: "unknown_key" };
}
