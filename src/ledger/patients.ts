import { sql } from "kysely";
import type { Enrolment } from "../domain/enrolment.ts";
import type { Queries } from "./ledger.ts";
import { foldEmail } from "./optOuts.ts";

/** What is known of a person: what the clinic says now, over what it said before. */
export type PatientFacts = Enrolment["patient"];

/** A person of one clinic; `id` is null while the person is not in the ledger yet. */
export interface KnownPatient {
  id: string | null;
  facts: PatientFacts;
  /** What the ledger has until the facts are saved; null with `id`. */
  before: PatientFacts | null;
}

/** The same once it is stored, and what is different by that. */
export interface SavedPatient extends KnownPatient {
  id: string;
  /** The names of the facts that are not what they were; none of somebody new. */
  changed: (keyof PatientFacts)[];
  /** Whether a number or an address was another one before: somebody else may read what went there. */
  moved: boolean;
}

/**
 * The patient that an enrolment speaks of: the one with its external id; without one, the one of
 * this clinic with the same first name and number or address; else a new one. What the enrolment
 * says of the person replaces what was known; what it leaves out stays. With `lock`, in a
 * transaction, nobody else changes the person until it ends.
 */
export async function recognisePatient(
  db: Queries,
  clinicId: string,
  given: PatientFacts,
  options: { lock: boolean },
): Promise<KnownPatient> {
  const base = db
    .selectFrom("patients")
    .select(["id", "external_id", "first_name", "phone", "email", "time_zone", "locale"])
    .where("clinic_id", "=", clinicId);
  const known = await (given.externalId === null
    ? base
        .where(sql`lower(first_name)`, "=", given.firstName.toLowerCase())
        .where((where) =>
          where.or([
            where("phone", "=", given.phone ?? ""),
            where(sql`lower(email)`, "=", foldEmail(given.email ?? "")),
          ]),
        )
    : base.where("external_id", "=", given.externalId)
  )
    .orderBy("created_at")
    .limit(1)
    .$if(options.lock, (query) => query.forUpdate())
    .executeTakeFirst();
  if (known === undefined) return { id: null, facts: given, before: null };
  const before: PatientFacts = {
    externalId: known.external_id,
    firstName: known.first_name,
    phone: known.phone,
    email: known.email,
    timeZone: known.time_zone,
    locale: known.locale,
  };
  const facts: PatientFacts = {
    externalId: given.externalId ?? before.externalId,
    firstName: given.firstName,
    phone: given.phone ?? before.phone,
    email: given.email ?? before.email,
    timeZone: given.timeZone ?? before.timeZone,
    locale: given.locale ?? before.locale,
  };
  return { id: known.id, facts, before };
}

/** What decides over which channels, and by which clocks, a patient is reached. */
export type PatientReach = Pick<PatientFacts, "phone" | "email" | "timeZone">;

/** How a patient of a clinic is reached, or undefined where the clinic has no such patient. */
export function findAddresses(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<PatientReach | undefined> {
  return reachColumns(db, clinicId, [id]).executeTakeFirst();
}

/** The same of a patient whom nobody else changes until the transaction ends. */
export function lockPatient(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<PatientReach | undefined> {
  return reachColumns(db, clinicId, [id]).forUpdate().executeTakeFirst();
}

/** Locks the patients of reminders, by id, as everywhere where there are many. */
export async function lockPatientsOf(
  db: Queries,
  clinicId: string,
  reminderIds: readonly string[],
): Promise<void> {
  const rows = await db
    .selectFrom("reminders")
    .select("patient_id as id")
    .distinct()
    .where("clinic_id", "=", clinicId)
    .where("id", "in", reminderIds)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await reachColumns(db, clinicId, ids).orderBy("id").forUpdate().execute();
}

function reachColumns(db: Queries, clinicId: string, ids: readonly string[]) {
  return db
    .selectFrom("patients")
    .select(["phone", "email", "time_zone as timeZone"])
    .where("clinic_id", "=", clinicId)
    .where("id", "in", ids);
}

/** Stores the person; two calls with one new external id make one person. */
export async function savePatient(
  db: Queries,
  clinicId: string,
  patient: KnownPatient,
  now: Date,
): Promise<SavedPatient> {
  const { id, facts, before } = patient;
  const columns = {
    first_name: facts.firstName,
    phone: facts.phone,
    email: facts.email,
    time_zone: facts.timeZone,
    locale: facts.locale,
    updated_at: now,
  };
  if (id !== null && before !== null) {
    await db
      .updateTable("patients")
      .set(columns)
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .execute();
    return { id, facts, before, ...difference(before, facts) };
  }
  const saved = await db
    .insertInto("patients")
    .values({ ...columns, clinic_id: clinicId, external_id: facts.externalId, created_at: now })
    .onConflict((conflict) => conflict.columns(["clinic_id", "external_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (saved !== undefined) return { id: saved.id, facts, before: null, changed: [], moved: false };
  // Made by another enrolment since: now there is something to recognise.
  const known = await recognisePatient(db, clinicId, facts, { lock: true });
  return savePatient(db, clinicId, known, now);
}

function difference(
  before: PatientFacts,
  facts: PatientFacts,
): Pick<SavedPatient, "changed" | "moved"> {
  const fields = Object.keys(facts) as (keyof PatientFacts)[];
  const moved =
    (before.phone !== null && before.phone !== facts.phone) ||
    (before.email !== null && foldEmail(before.email) !== foldEmail(facts.email ?? ""));
  return { changed: fields.filter((field) => before[field] !== facts[field]), moved };
}
