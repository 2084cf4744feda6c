import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Queries } from "./ledger.ts";

/** Where a patient can be reached. */
export interface PatientAddresses {
  phone: string | null;
  email: string | null;
}

/** A patient's addresses by channel, as opt-outs and dead addresses are kept. */
export function addressesOf(
  addresses: PatientAddresses,
): { channel: ChannelName; address: string }[] {
  return [
    { channel: "sms", address: addresses.phone ?? "" },
    { channel: "email", address: foldEmail(addresses.email ?? "") },
  ];
}

/**
 * Lets whatever an address says take effect one after the other, until the transaction ends: two
 * texts of one number, or a text and a provider's word about it.
 */
export async function lockAddress(
  db: Queries,
  channel: ChannelName,
  address: string,
): Promise<void> {
  const name = `aftercare ${channel} ${foldAddress(channel, address)}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db);
}

/** Addresses of the same mailbox compare equal; the local part too, as every large host has it. */
export function foldEmail(email: string): string {
  return email.toLowerCase();
}

/** An address as it is compared. */
export function foldAddress(channel: ChannelName, address: string): string {
  return channel === "email" ? foldEmail(address) : address;
}

/** An address of a clinic's patients, folded. */
export interface ClinicAddress {
  clinicId: string;
  channel: ChannelName;
  address: string;
}

/** The ids of the clinic's patients who have the address, in order. */
export async function patientsAt(
  db: Queries,
  { clinicId, channel, address }: ClinicAddress,
): Promise<string[]> {
  const folded = channel === "sms" ? sql`p.phone` : sql`lower(p.email)`;
  const { rows } = await sql<{ id: string }>`
    select p.id from aftercare.patients p
    where p.clinic_id = ${clinicId} and ${folded} = ${address}
    order by p.id`.execute(db);
  return rows.map(({ id }) => id);
}
