import { sql } from "kysely";
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

/** Makes a clinic and returns it. */
export async function createClinic(db: Queries, clinic: NewClinic, now: Date): Promise<Clinic> {
  const row = await db
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
    .returning("id")
    .executeTakeFirstOrThrow();
  return {
    id: row.id,
    name: clinic.name,
    timeZone: clinic.timeZone,
    region: clinic.region,
    locale: clinic.locale ?? "en",
    phone: clinic.phone ?? null,
    sendWindow: clinic.sendWindow ?? DEFAULT_SEND_WINDOW,
  };
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
  return db
    .selectFrom("clinics")
    .select([
      "id",
      "name",
      "time_zone as timeZone",
      "region",
      "locale",
      "phone",
      "send_window as sendWindow",
    ]);
}
