import { sql } from "kysely";
import { type BlockedChannels, blockedArrays } from "./blockedChannels.ts";
import type { Ledger } from "./ledger.ts";
import { hasEmail, hasName, hasPhone, type PatientFacts } from "./patients.ts";

/**
 * The channels on which somebody new to a clinic cannot be reached; null where the clinic has anybody who
 * may be the same person, whom only `recognisePatient` can tell. Nothing is locked: who keeps the person
 * as new has to be ready to find that somebody else was quicker (`isTaken`).
 */
export async function lookForNewcomer(
  ledger: Ledger,
  clinicId: string,
  given: PatientFacts,
): Promise<BlockedChannels | null> {
  // One by one, so that each is looked up in its own index. The clinic is a list, which the planner takes
  // for several: it would take a single one for as rare as a number where a table is new to it, and a
  // statement that was planned then would read all the patients of a clinic each time.
  const ways = [
    sql`external_id = ${given.externalId}`,
    sql`${hasPhone(given)} and ${hasName(given)}`,
    sql`${hasEmail(given)} and ${hasName(given)}`,
  ];
  const known = ways.map(
    (way) =>
      sql`exists (select from aftercare.patients where clinic_id = any(${[clinicId]}::uuid[]) and ${way})`,
  );
  const [row] = await ledger.prepared(
    "look for newcomer",
    sql<BlockedChannels & { known: boolean }>`
    select ${blockedArrays(clinicId, given)}, ${sql.join(known, sql` or `)} as known`,
  );
  if (row === undefined) throw new Error("a select without a table gave no row");
  const { known: isKnown, ...blocked } = row;
  return isKnown ? null : blocked;
}
