import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Purpose } from "../domain/consent.ts";
import { addressesOf, type PatientAddresses } from "./addresses.ts";
import type { Queries } from "./ledger.ts";

/** A patient as the clinic's people see one. */
export interface PatientRecord {
  id: string;
  firstName: string;
  phone: string | null;
  email: string | null;
  externalId: string | null;
  /** The patient's own zone and language; null where the clinic's hold. */
  timeZone: string | null;
  locale: string | null;
  permissionsPausedAt: Date | null;
  createdAt: Date;
}

/** An address of a patient that is not used, since when and by what. */
export interface ClosedAddress {
  channel: ChannelName;
  /** Of an opt-out how it was said; of a dead address the provider's code. */
  by: string;
  since: Date;
}

/** What a patient agreed to, and the evidence of it. */
export interface ConsentRecord {
  purpose: Purpose;
  channel: ChannelName;
  treatmentId: string;
  source: string;
  givenAt: Date;
  recordedAt: Date;
  /** The label of the key by which it came in, or the name of who enrolled; null where it is unknown. */
  recordedBy: string | null;
  textVersion: string | null;
  takenBy: string | null;
}

/** One patient of a clinic, or undefined. */
export function findPatient(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<PatientRecord | undefined> {
  return db
    .selectFrom("patients")
    .select(["id", "first_name as firstName", "phone", "email", "external_id as externalId"])
    .select(["time_zone as timeZone", "locale", "permissions_paused_at as permissionsPausedAt"])
    .select("created_at as createdAt")
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The stops of a patient's present addresses. */
export function stopsOf(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<ClosedAddress[]> {
  return db
    .selectFrom("opt_outs")
    .select(["channel", "source as by", "created_at as since"])
    .where("clinic_id", "=", clinicId)
    .where((where) => where.or(addressesOf(addresses).map((each) => where.and(each))))
    .orderBy("channel", "desc")
    .execute();
}

/** Which of a patient's present addresses take no messages, by the word of a provider. */
export function deadAddressesOf(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<ClosedAddress[]> {
  return db
    .selectFrom("dead_addresses")
    .select(["channel", "code as by", "created_at as since"])
    .where("clinic_id", "=", clinicId)
    .where((where) => where.or(addressesOf(addresses).map((each) => where.and(each))))
    .orderBy("channel", "desc")
    .execute();
}

/** All that a patient agreed to, the newest first. */
export async function consentsOf(
  db: Queries,
  clinicId: string,
  patientId: string,
): Promise<ConsentRecord[]> {
  // By the treatments, which an index has by their patient.
  const { rows } = await sql<ConsentRecord>`
    select k.purpose, k.channel, k.treatment_id as "treatmentId", k.source,
      k.given_at as "givenAt", k.recorded_at as "recordedAt", coalesce(a.label, u.name) as "recordedBy",
      k.text_version as "textVersion", k.taken_by as "takenBy"
    from aftercare.treatments t
    join aftercare.consents k on k.treatment_id = t.id and k.clinic_id = t.clinic_id
    left join aftercare.api_keys a
      on k.recorded_by = 'key:' || a.id::text and a.clinic_id = k.clinic_id
    left join auth."user" u on k.recorded_by = 'staff:' || u.id
    where t.clinic_id = ${clinicId} and t.patient_id = ${patientId}
    order by k.given_at desc, k.treatment_id, k.purpose, k.channel desc`.execute(db);
  return rows;
}
