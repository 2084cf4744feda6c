import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** Where a patient can be reached. */
export interface PatientAddresses {
  phone: string | null;
  email: string | null;
}

/** The channels that a clinic may not use for these addresses. */
export async function optedOutChannels(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<ChannelName[]> {
  const rows = await db
    .selectFrom("opt_outs")
    .select("channel")
    .where("clinic_id", "=", clinicId)
    .where((where) => where.or(addressesOf(addresses).map((each) => where.and(each))))
    .execute();
  return rows.map((row) => row.channel);
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

/** In SQL: whether the address of reminder `r` of patient `p` opted out of its channel. */
export const isOptedOut = sql<boolean>`exists (
  select 1 from aftercare.opt_outs o
  where o.clinic_id = r.clinic_id and o.channel = r.channel
    and o.address = case r.channel when 'sms' then p.phone else lower(p.email) end)`;

/**
 * Records that a patient said stop on a channel, and in the same transaction skips everything not
 * yet sent on it, for every patient of the clinic with that address. What is already being sent
 * cannot be stopped. Saying it again changes nothing. False where there is no such patient, or the
 * patient has no address on the channel.
 */
export function optOut(
  ledger: Ledger,
  request: { patientId: string; channel: ChannelName; source: string },
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const patient = await db
      .selectFrom("patients")
      .select(["clinic_id", "phone", "email"])
      .where("id", "=", request.patientId)
      .executeTakeFirst();
    const raw = request.channel === "sms" ? patient?.phone : patient?.email;
    if (!patient || !raw) return false;
    const address = foldAddress(request.channel, raw);
    await db
      .insertInto("opt_outs")
      .values({
        clinic_id: patient.clinic_id,
        channel: request.channel,
        address,
        source: request.source,
        created_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await skipUnsent(db, patient.clinic_id, request.channel, address, now);
    return true;
  });
}

/** Addresses of the same mailbox compare equal; the local part too, as every large host has it. */
export function foldEmail(email: string): string {
  return email.toLowerCase();
}

/** An address as it is compared. */
export function foldAddress(channel: ChannelName, address: string): string {
  return channel === "email" ? foldEmail(address) : address;
}

async function skipUnsent(
  db: Queries,
  clinicId: string,
  channel: ChannelName,
  address: string,
  now: Date,
): Promise<void> {
  const column = sql.ref(channel === "sms" ? "p.phone" : "p.email");
  const folded = channel === "sms" ? column : sql`lower(${column})`;
  // Locked by id, as everywhere where there are many: two that lock cannot wait for each other.
  const skipped = await sql<{ id: string; treatment_id: string }>`
    with unsent as (
      select r.id from aftercare.reminders r
      join aftercare.patients p on p.id = r.patient_id
      where p.clinic_id = ${clinicId} and ${folded} = ${address}
        and r.clinic_id = ${clinicId} and r.channel = ${channel}
        and r.status in ('scheduled', 'queued')
      order by r.id for update of r
    )
    update aftercare.reminders r
    set status = 'skipped', status_reason = 'opted_out', updated_at = ${now}
    from unsent where r.id = unsent.id
    returning r.id, r.treatment_id`.execute(db);
  await addEvents(
    db,
    skipped.rows.map((row) => ({
      clinicId,
      treatmentId: row.treatment_id,
      reminderId: row.id,
      type: "skipped",
      actor: "patient",
      detail: { reason: "opted_out" },
      at: now,
    })),
  );
}
