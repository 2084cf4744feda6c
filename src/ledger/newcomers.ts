import { sql } from "kysely";
import { foldEmail } from "./addresses.ts";
import { type BlockedChannels, blockedArrays } from "./blockedChannels.ts";
import { gatherOn } from "./gather.ts";
import { hasEmail, hasName, hasPhone, type PatientFacts } from "./patients.ts";

const ADDRESSES = [
  { channel: "sms" as const, address: sql<string>`w.phone` },
  { channel: "email" as const, address: sql<string>`w.email` },
];

/**
 * Each way in which somebody may be known, one by one, so that each is looked up in its own index. The
 * clinic is a list, which the planner takes for several: it would take a single one for as rare as a number
 * where a table is new to it, and read all the patients of a clinic. For the same reason the statement is
 * planned each time. Nor is it `exists`: to look many up the planner would read them all, too.
 */
const WAYS_TO_BE_KNOWN = [
  sql`external_id = w.external_id`,
  sql`${hasPhone(sql`w.phone`)} and ${hasName(sql`w.first_name`)}`,
  sql`${hasEmail(sql`w.email`)} and ${hasName(sql`w.first_name`)}`,
].map(
  (way) => sql`(select true from aftercare.patients
    where clinic_id = any(w.clinic_ids) and ${way} limit 1) is not null`,
);

/** Somebody who may be new to a clinic. */
export interface Newcomer {
  clinicId: string;
  given: PatientFacts;
}

/**
 * The channels on which somebody new to a clinic cannot be reached; null where the clinic has anybody who
 * may be the same person, whom only `recognisePatient` can tell. Nothing is locked: who keeps the person
 * as new has to be ready to find that somebody else was quicker (`isTaken`).
 */
export const lookForNewcomer = gatherOn<Newcomer, BlockedChannels | null>(async (ledger, asked) => {
  const rows = asked.map(({ clinicId, given }, place) => ({
    place,
    clinic_id: clinicId,
    clinic_ids: [clinicId],
    external_id: given.externalId,
    first_name: given.firstName,
    phone: given.phone ?? "",
    email: foldEmail(given.email ?? ""),
  }));
  const { rows: found } = await sql<BlockedChannels & { known: boolean }>`
      select ${blockedArrays(sql`w.clinic_id`, ADDRESSES)},
        ${sql.join(WAYS_TO_BE_KNOWN, sql` or `)} as known
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as w(place int, clinic_id uuid, clinic_ids uuid[], external_id text, first_name text,
          phone text, email text)
      order by w.place`.execute(ledger.db);
  return found.map(({ known, ...blocked }) => (known ? null : blocked));
});
