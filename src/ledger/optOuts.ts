import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import {
  addressesOf,
  type ClinicAddress,
  foldAddress,
  hasAddress,
  lockAddress,
  type PatientAddresses,
  patientsAt,
} from "./addresses.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** The source of an opt-out that the patient texted: one that has been confirmed. */
export const BY_TEXT = "text";

/** The sources of those from a patient's own page, and from the link in an email. */
export const BY_PAGE = "patient page";
export const BY_LINK = "unsubscribe link";
export const BY_HAND: readonly string[] = [BY_PAGE, BY_LINK];

/** The source of those that the patient told somebody of the clinic. */
export const BY_WORD = "told the clinic";

/** A channel that a clinic may not use for an address. */
export interface OptedOut {
  channel: ChannelName;
  source: string;
}

/**
 * Whether only the phone itself can take a stop back, by a START. Whoever has a patient's page need
 * not have the number that said stop: it may have been corrected since, or be a family's.
 */
export function needsStart({ channel, source }: OptedOut): boolean {
  return channel === "sms" && !BY_HAND.includes(source);
}

/** What a clinic may not use for these addresses. */
export function findOptOuts(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<OptedOut[]> {
  return db
    .selectFrom("opt_outs")
    .select(["channel", "source"])
    .where("clinic_id", "=", clinicId)
    .where((where) => where.or(addressesOf(addresses).map((each) => where.and(each))))
    .execute();
}

/** The channels that a clinic may not use for these addresses. */
export async function optedOutChannels(
  db: Queries,
  clinicId: string,
  addresses: PatientAddresses,
): Promise<ChannelName[]> {
  const found = await findOptOuts(db, clinicId, addresses);
  return found.map(({ channel }) => channel);
}

/** In SQL: whether the address of reminder `r` of patient `p` opted out of its channel. */
export const isOptedOut = sql<boolean>`exists (
  select 1 from aftercare.opt_outs o
  where o.clinic_id = r.clinic_id and o.channel = r.channel
    and o.address = case r.channel when 'sms' then p.phone else lower(p.email) end)`;

/** Who stops a channel, and how. */
export interface OptOut {
  patientId: string;
  channel: ChannelName;
  source: string;
  /** Whether an address may be the one that the stop came from; any may where it is left out. */
  isFor?: (address: string) => boolean;
}

/**
 * Records that a patient said stop on a channel, and in the same transaction skips everything not
 * yet sent on it, for every patient of the clinic with that address. It is the patient's present
 * one, unless the stop came from another that the patient's messages went to before: whoever reads
 * that mailbox stops what comes there, and not what the patient gets elsewhere. What is already being
 * sent cannot be stopped. Saying it again changes nothing. False where there is no such patient, or
 * the patient has no address on the channel.
 */
export function optOut(ledger: Ledger, request: OptOut, now: Date): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const patient = await db
      .selectFrom("patients")
      .select(["clinic_id as clinicId", "phone", "email"])
      .where("id", "=", request.patientId)
      .executeTakeFirst();
    const { channel, source, isFor = () => true } = request;
    const present = channel === "sms" ? patient?.phone : patient?.email;
    if (!patient || !present) return false;
    const earlier = isFor(present) ? [] : await addressesSentTo(db, patient.clinicId, request);
    // A ledger that was restored may not know where it sent to: a stop is heard all the same.
    const address = earlier.find(isFor) ?? present;
    await optOutAddress(
      db,
      { clinicId: patient.clinicId, channel, address, source, actor: "patient" },
      now,
    );
    return true;
  });
}

/** Where messages to a patient have gone on a channel. */
async function addressesSentTo(
  db: Queries,
  clinicId: string,
  { patientId, channel }: Pick<OptOut, "patientId" | "channel">,
): Promise<string[]> {
  const rows = await db
    .selectFrom("attempts")
    .innerJoin("reminders", "reminders.id", "attempts.reminder_id")
    .select("attempts.address")
    .distinct()
    .where("reminders.clinic_id", "=", clinicId)
    .where("reminders.patient_id", "=", patientId)
    .where("attempts.channel", "=", channel)
    .execute();
  return rows.flatMap(({ address }) => address ?? []);
}

/** An address that is not to be used any more, and who says so. */
export interface OptOutRequest {
  clinicId: string;
  channel: ChannelName;
  /** As the patient or an attempt has it. */
  address: string;
  /** How it was said: `text`, `patient page`, `unsubscribe link`, `told the clinic`, `twilio 21610`. */
  source: string;
  actor: string;
  /** Why somebody of the clinic recorded it; for the history. */
  reason?: string;
}

/**
 * The same within a transaction, for an address. It locks the address and then the reminders by id,
 * and has to be the first in its transaction to lock any of these: name in `alsoIds` what else the
 * transaction is going to change.
 */
export async function optOutAddress(
  db: Queries,
  request: OptOutRequest,
  now: Date,
  alsoIds: readonly string[] = [],
): Promise<void> {
  const { clinicId, channel, source, actor, reason } = request;
  const address = foldAddress(channel, request.address);
  await lockAddress(db, channel, address);
  await lockUnsent(db, { clinicId, channel, address }, alsoIds);
  const added = await db
    .insertInto("opt_outs")
    .values({ clinic_id: clinicId, channel, address, source, created_at: now })
    // A patient's own text is the best evidence, and is kept; the same word again is no news. One on
    // the page does not stand in for a text, which only a START takes back.
    .onConflict((conflict) => {
      const again = conflict.columns(["clinic_id", "channel", "address"]);
      return needsStart({ channel, source })
        ? again.doUpdateSet({ source }).where("opt_outs.source", "not in", [BY_TEXT, source])
        : again.doNothing();
    })
    .returning("source")
    .executeTakeFirst();
  const skipped = await skipUnsent(db, { clinicId, channel, address }, now);
  const by = { clinicId, actor, at: now };
  const said = { ...by, treatmentId: null, reminderId: null, type: "opted out" };
  const patientIds = await patientsAt(db, { clinicId, channel, address });
  await addEvents(db, [
    ...(added === undefined
      ? []
      : [{ ...said, detail: { channel, source, patientIds, ...(reason && { reason }) } }]),
    ...skipped.map((row) => ({
      ...by,
      treatmentId: row.treatment_id,
      reminderId: row.id,
      type: "skipped",
      detail: { reason: "opted_out" },
    })),
  ]);
}

/** How an address was opted out of a clinic's messages; null where it was not. */
export async function optOutSource(
  db: Queries,
  { clinicId, channel, address }: Pick<OptOutRequest, "clinicId" | "channel" | "address">,
): Promise<string | null> {
  const row = await db
    .selectFrom("opt_outs")
    .select("source")
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", channel)
    .where("address", "=", foldAddress(channel, address))
    .executeTakeFirst();
  return row?.source ?? null;
}

/** In SQL: the ids of reminders that wait to go to an address. */
function unsentTo(to: ClinicAddress) {
  const { clinicId, channel } = to;
  return sql`
    select r.id from aftercare.reminders r
    join aftercare.patients p on p.id = r.patient_id
    where ${hasAddress(to)}
      and r.clinic_id = ${clinicId} and r.channel = ${channel}
      and r.status in ('scheduled', 'queued')`;
}

/** Locked by id, as everywhere where there are many: two that lock cannot wait for each other. */
async function lockUnsent(
  db: Queries,
  address: ClinicAddress,
  alsoIds: readonly string[],
): Promise<void> {
  await sql`
    select id from aftercare.reminders
    where id = any(array(${unsentTo(address)}) || ${[...alsoIds]}::uuid[])
    order by id for update`.execute(db);
}

async function skipUnsent(
  db: Queries,
  address: ClinicAddress,
  now: Date,
): Promise<{ id: string; treatment_id: string }[]> {
  const { rows } = await sql<{ id: string; treatment_id: string }>`
    with unsent as (
      select id from aftercare.reminders
      where id = any(array(${unsentTo(address)})) and status in ('scheduled', 'queued')
      order by id for update
    )
    update aftercare.reminders r
    set status = 'skipped', status_reason = 'opted_out', updated_at = ${now}
    from unsent where r.id = unsent.id
    returning r.id, r.treatment_id`.execute(db);
  return rows;
}
