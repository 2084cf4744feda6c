import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** The channels that a clinic may not use for these addresses. */
export async function optedOutChannels(
  db: Queries,
  clinicId: string,
  addresses: { phone: string | null; email: string | null },
): Promise<ChannelName[]> {
  const rows = await db
    .selectFrom("opt_outs")
    .select("channel")
    .where("clinic_id", "=", clinicId)
    .where((where) =>
      where.or([
        where.and({ channel: "sms", address: addresses.phone ?? "" }),
        where.and({ channel: "email", address: foldEmail(addresses.email ?? "") }),
      ]),
    )
    .execute();
  return rows.map((row) => row.channel);
}

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
    const address = request.channel === "email" ? foldEmail(raw) : raw;
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

async function skipUnsent(
  db: Queries,
  clinicId: string,
  channel: ChannelName,
  address: string,
  now: Date,
): Promise<void> {
  const column = sql.ref(channel === "sms" ? "p.phone" : "p.email");
  const folded = channel === "sms" ? column : sql`lower(${column})`;
  const skipped = await sql<{ id: string; treatment_id: string }>`
    update aftercare.reminders r
    set status = 'skipped', status_reason = 'opted_out', updated_at = ${now}
    from aftercare.patients p
    where p.clinic_id = ${clinicId} and ${folded} = ${address} and r.patient_id = p.id
      and r.clinic_id = ${clinicId} and r.channel = ${channel}
      and r.status in ('scheduled', 'queued')
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
