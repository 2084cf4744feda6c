import type { Queries } from "./ledger.ts";

/** Where a clinic is told what its patients write, and what they are told meanwhile. */
export interface ClinicContacts {
  email?: string | null;
  emergencyText?: string | null;
  /** The address of its webhook, and what is signed with; the two go together. */
  webhook?: { url: string; secret: string } | null;
}

/** Changes the contacts that are given, and leaves the others. False where there is no such clinic. */
export async function setClinicContacts(
  db: Queries,
  clinicId: string,
  { email, emergencyText, webhook }: ClinicContacts,
): Promise<boolean> {
  const changes = {
    ...(email !== undefined && { email }),
    ...(emergencyText !== undefined && { emergency_text: emergencyText }),
    ...(webhook !== undefined && {
      webhook_url: webhook?.url ?? null,
      webhook_secret: webhook?.secret ?? null,
    }),
  };
  const changed = await db
    .updateTable("clinics")
    .set(changes)
    .where("id", "=", clinicId)
    .returning("id")
    .executeTakeFirst();
  return changed !== undefined;
}
