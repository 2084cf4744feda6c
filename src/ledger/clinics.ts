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

/** What a clinic is made from; the send window is local to each patient. */
export interface NewClinic {
  name: string;
  timeZone: string;
  region: string;
  locale?: string;
  phone?: string | null;
  sendWindow?: SendWindowText;
}

const CLINIC_COLUMNS = [
  "id",
  "name",
  "time_zone as timeZone",
  "region",
  "locale",
  "phone",
  "send_window as sendWindow",
  "email",
  "postal_address as postalAddress",
  "privacy",
  "daily_cap as dailyCap",
  "rebook_window as rebookWindow",
  "emergency_text as emergencyText",
  "webhook_url as webhookUrl",
  "webhook_secret as webhookSecret",
] as const;

/** Makes a clinic and returns it. */
export async function createClinic(db: Queries, clinic: NewClinic, now: Date): Promise<Clinic> {
  return db
    .insertInto("clinics")
    .values({
      name: clinic.name,
      time_zone: clinic.timeZone,
      region: clinic.region,
      locale: clinic.locale ?? "en",
      phone: clinic.phone ?? null,
      send_window: JSON.stringify(clinic.sendWindow ?? DEFAULT_SEND_WINDOW),
      created_at: now,
    })
    .returning(CLINIC_COLUMNS)
    .executeTakeFirstOrThrow();
}

/** Every clinic, by name. */
export function listClinics(db: Queries): Promise<Clinic[]> {
  return clinicColumns(db).orderBy("name").orderBy("id").execute();
}

/** One clinic, or undefined. */
export function findClinic(db: Queries, id: string): Promise<Clinic | undefined> {
  return clinicColumns(db).where("id", "=", id).executeTakeFirst();
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

function clinicColumns(db: Queries) {
  return db.selectFrom("clinics").select(CLINIC_COLUMNS);
}
