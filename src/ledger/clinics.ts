import { sql } from "kysely";
import type { Privacy } from "../domain/message.ts";
import { DEFAULT_SEND_WINDOW, type SendWindowText } from "../domain/sendWindow.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** The tenant. `timeZone` is IANA, `region` the country by which its numbers are read. */
export interface Clinic {
  id: string;
  name: string;
  timeZone: string;
  region: string;
  locale: string;
  phone: string | null;
  sendWindow: SendWindowText;
  /** Where replies and alarms are sent on to. */
  email: string | null;
  /** At the foot of every email. */
  postalAddress: string | null;
  privacy: Privacy;
  /** The most messages to a patient on one local day, cautions not counted. */
  dailyCap: number;
  /** The local hours of rebook steps. */
  rebookWindow: SendWindowText;
  /** The answer to a reply that sounds like an emergency; null for the program's own words. */
  emergencyText: string | null;
  /** Where alarms are posted to, and the secret that signs them. */
  webhookUrl: string | null;
  webhookSecret: string | null;
}

/** What can be changed of a clinic; windows are local to each patient. Null takes a value away. */
export type ClinicChanges = Partial<Omit<Clinic, "id" | "timeZone" | "region">>;

/** What a clinic is made from. */
export interface NewClinic extends ClinicChanges {
  name: string;
  timeZone: string;
  region: string;
}

/** The columns of a clinic, under the names of its fields. */
export const CLINIC_COLUMNS = [
  "clinics.id",
  "clinics.name",
  "clinics.time_zone as timeZone",
  "clinics.region",
  "clinics.locale",
  "clinics.phone",
  "clinics.send_window as sendWindow",
  "clinics.email",
  "clinics.postal_address as postalAddress",
  "clinics.privacy",
  "clinics.daily_cap as dailyCap",
  "clinics.rebook_window as rebookWindow",
  "clinics.emergency_text as emergencyText",
  "clinics.webhook_url as webhookUrl",
  "clinics.webhook_secret as webhookSecret",
] as const;

/** Makes a clinic and returns it. */
export async function createClinic(db: Queries, clinic: NewClinic, now: Date): Promise<Clinic> {
  return db
    .insertInto("clinics")
    .values({
      ...columnsOf(clinic),
      name: clinic.name,
      time_zone: clinic.timeZone,
      region: clinic.region,
      send_window: JSON.stringify(clinic.sendWindow ?? DEFAULT_SEND_WINDOW),
      created_at: now,
    })
    .returning(CLINIC_COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Changes a clinic and returns it as it is then; undefined where there is none with this id. */
export function updateClinic(
  db: Queries,
  id: string,
  changes: ClinicChanges,
): Promise<Clinic | undefined> {
  const columns = columnsOf(changes);
  if (Object.keys(columns).length === 0) return findClinic(db, id);
  return db
    .updateTable("clinics")
    .set(columns)
    .where("id", "=", id)
    .returning(CLINIC_COLUMNS)
    .executeTakeFirst();
}

/** Every clinic, by name. */
export function listClinics(db: Queries): Promise<Clinic[]> {
  return clinicColumns(db).orderBy("name").orderBy("id").execute();
}

/** One clinic, or undefined. */
export function findClinic(db: Queries, id: string): Promise<Clinic | undefined> {
  return clinicColumns(db).where("id", "=", id).executeTakeFirst();
}

/** The clinics with these ids, in no order. */
export function findClinics(db: Queries, ids: readonly string[]): Promise<Clinic[]> {
  return ids.length === 0
    ? Promise.resolve([])
    : clinicColumns(db).where("id", "in", ids).execute();
}

/** The same for who asks all the time. */
export function findClinicsOften(ledger: Ledger, ids: readonly string[]): Promise<Clinic[]> {
  const asked = clinicColumns(ledger.db).where(sql<boolean>`id = any(${[...ids]}::uuid[])`);
  return ledger.prepared("clinics", sql<Clinic>`${asked}`);
}

/** The same of a clinic that nobody else changes until the transaction ends. */
export function lockClinic(db: Queries, id: string): Promise<Clinic | undefined> {
  return clinicColumns(db).where("id", "=", id).forUpdate().executeTakeFirst();
}

/**
 * Runs `make` in a transaction where the ledger has no clinic yet, and returns its result; null
 * where there is one. Programs that start together make one first clinic, not two.
 */
export function inEmptyLedger<T>(
  ledger: Ledger,
  make: (db: Queries) => Promise<T>,
): Promise<T | null> {
  return ledger.db.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtext('aftercare first clinic'))`.execute(db);
    const any = await db.selectFrom("clinics").select("id").limit(1).executeTakeFirst();
    return any === undefined ? make(db) : null;
  });
}

/** Only what is given: a column that is left out keeps its value, or has its default. */
function columnsOf(clinic: ClinicChanges) {
  return {
    ...(clinic.name !== undefined && { name: clinic.name }),
    ...(clinic.locale !== undefined && { locale: clinic.locale }),
    ...(clinic.phone !== undefined && { phone: clinic.phone }),
    ...(clinic.sendWindow !== undefined && { send_window: JSON.stringify(clinic.sendWindow) }),
    ...(clinic.email !== undefined && { email: clinic.email }),
    ...(clinic.postalAddress !== undefined && { postal_address: clinic.postalAddress }),
    ...(clinic.privacy !== undefined && { privacy: clinic.privacy }),
    ...(clinic.dailyCap !== undefined && { daily_cap: clinic.dailyCap }),
    ...(clinic.rebookWindow !== undefined && {
      rebook_window: JSON.stringify(clinic.rebookWindow),
    }),
    ...(clinic.emergencyText !== undefined && { emergency_text: clinic.emergencyText }),
    ...(clinic.webhookUrl !== undefined && { webhook_url: clinic.webhookUrl }),
    ...(clinic.webhookSecret !== undefined && { webhook_secret: clinic.webhookSecret }),
  };
}

function clinicColumns(db: Queries) {
  return db.selectFrom("clinics").select(CLINIC_COLUMNS);
}
