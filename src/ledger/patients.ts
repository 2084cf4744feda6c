import { type RawBuilder, sql } from "kysely";
import type { Enrolment } from "../domain/enrolment.ts";
import { foldEmail } from "./addresses.ts";
import type { Queries } from "./ledger.ts";

/** What is known of a person: what the clinic says now, over what it said before. */
export type PatientFacts = Enrolment["patient"];

/** A person whom a clinic has treated before. */
export interface FoundPatient {
  id: string;
  facts: PatientFacts;
  /** What the ledger has until the facts are saved. */
  before: PatientFacts;
}

/** A person of one clinic, or somebody new, who is not in the ledger yet. */
export type KnownPatient = FoundPatient | { id: null; facts: PatientFacts; before: null };

/** What an enrolment changes of what is known of a person. */
export interface PatientChange {
  /** The names of the facts that are not what they were. */
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
  { lock }: { lock: boolean },
): Promise<KnownPatient> {
  if (lock && given.externalId !== null) await lockExternalId(db, clinicId, given.externalId);
  const known = await findKnown(db, clinicId, given, lock);
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

type PatientRow = Awaited<ReturnType<ReturnType<typeof rowsOf>["executeTakeFirstOrThrow"]>>;

async function findKnown(
  db: Queries,
  clinicId: string,
  given: PatientFacts,
  lock: boolean,
): Promise<PatientRow | undefined> {
  const rows = () => rowsOf(db, clinicId, lock);
  const { externalId } = given;
  if (externalId === null) return rows().where(isLike(given)).limit(1).executeTakeFirst();
  const byId = await rows().where("external_id", "=", externalId).executeTakeFirst();
  if (byId !== undefined) return byId;
  // Enrolled before the clinic gave an id. Two who fit may be two people, and neither is taken: a
  // patient too many can be seen and mended, two people in one cannot. Who has an id stays apart.
  const nameless = await rows()
    .where("external_id", "is", null)
    .where(isLike(given))
    .limit(2)
    .execute();
  return nameless.length === 1 ? nameless[0] : undefined;
}

function rowsOf(db: Queries, clinicId: string, lock: boolean) {
  return db
    .selectFrom("patients")
    .select(["id", "external_id", "first_name", "phone", "email", "time_zone", "locale"])
    .where("clinic_id", "=", clinicId)
    .orderBy("created_at")
    .orderBy("id")
    .$if(lock, (query) => query.forUpdate());
}

/** In SQL: whether a patient has this first name, and the number or the address. */
function isLike({ firstName, phone, email }: PatientFacts) {
  return sql<boolean>`${hasName(firstName)}
    and (${hasPhone(phone ?? "")} or ${hasEmail(foldEmail(email ?? ""))})`;
}

/** A value, or the SQL of one. */
type InSql = string | RawBuilder<string>;

/**
 * In SQL: whether a patient has this first name. Both are folded by the ledger: another library has other
 * small letters for İ and Σ, and José can be written in two ways.
 */
export function hasName(firstName: InSql): RawBuilder<boolean> {
  return sql`lower(normalize(first_name, NFKC)) = lower(normalize(${firstName}::text, NFKC))`;
}

/** In SQL: whether a patient has this number. */
export function hasPhone(phone: InSql): RawBuilder<boolean> {
  return sql`phone = ${phone}`;
}

/** In SQL: whether a patient has this address, which is folded. */
export function hasEmail(email: InSql): RawBuilder<boolean> {
  return sql`lower(email) = ${email}`;
}

/**
 * Lets the enrolments of one external id come one after the other, until the transaction ends: one
 * that gives it to a patient, and one that makes a patient with it.
 */
async function lockExternalId(db: Queries, clinicId: string, externalId: string): Promise<void> {
  const name = `aftercare patient ${clinicId} ${externalId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db);
}

/** What decides over which channels, and by which clocks, a patient is reached. */
export type PatientReach = Pick<PatientFacts, "phone" | "email" | "timeZone">;

/** How a patient of a clinic is reached, or undefined where the clinic has no such patient. */
export function findAddresses(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<PatientReach | undefined> {
  return db
    .selectFrom("patients")
    .select(["phone", "email", "time_zone as timeZone"])
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Somebody whom a clinic has not treated before. */
export interface NewPatient {
  id: string;
  clinicId: string;
  facts: PatientFacts;
  createdAt: Date;
}

/** In SQL: keeps people who are new. */
export function patientsInsert(patients: readonly NewPatient[]): RawBuilder<unknown> {
  const rows = patients.map(({ id, clinicId, facts, createdAt }) => ({
    id,
    clinic_id: clinicId,
    ...columnsOf(facts),
    created_at: createdAt,
  }));
  return sql`
    insert into aftercare.patients (id, clinic_id, external_id, first_name, phone, email, time_zone,
      locale, created_at, updated_at)
    select *, created_at from json_to_recordset(${JSON.stringify(rows)}::json)
      as p(id uuid, clinic_id uuid, external_id text, first_name text, phone text, email text,
        time_zone text, locale text, created_at timestamptz)`;
}

function columnsOf(facts: PatientFacts) {
  return {
    external_id: facts.externalId,
    first_name: facts.firstName,
    phone: facts.phone,
    email: facts.email,
    time_zone: facts.timeZone,
    locale: facts.locale,
  };
}

/** Stores what is new of a person whom `recognisePatient` has locked, and returns what that is. */
export async function savePatient(
  db: Queries,
  clinicId: string,
  { id, facts, before }: FoundPatient,
  now: Date,
): Promise<PatientChange> {
  await db
    .updateTable("patients")
    .set({
      ...columnsOf(facts),
      updated_at: now,
    })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .execute();
  return difference(before, facts);
}

/** The names of the facts that are known and would be replaced; none of somebody new. */
export function replacedFacts({ before, facts }: KnownPatient): (keyof PatientFacts)[] {
  if (before === null) return [];
  return difference(before, facts).changed.filter((field) => before[field] !== null);
}

function difference(before: PatientFacts, facts: PatientFacts): PatientChange {
  const fields = Object.keys(facts) as (keyof PatientFacts)[];
  const moved =
    (before.phone !== null && before.phone !== facts.phone) ||
    (before.email !== null && foldEmail(before.email) !== foldEmail(facts.email ?? ""));
  return { changed: fields.filter((field) => before[field] !== facts[field]), moved };
}
