import { sql } from "kysely";
import type { Unsettled } from "./delivery.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";

interface Rescued {
  id: string;
  clinic_id: string;
  treatment_id: string;
}

/**
 * Takes back reminders that were handed to the queue before `before`, were due before it, and were
 * never claimed: their jobs are lost or late. They are scheduled again; a late job finds its
 * dispatch number used up. Returns how many.
 */
export async function rescueQueued(
  ledger: Ledger,
  before: Date,
  limit: number,
  now: Date,
): Promise<number> {
  return ledger.db.transaction().execute(async (db) => {
    const { rows } = await sql<Rescued>`
      with stuck as (
        select id from aftercare.reminders
        where status = 'queued' and taken_at < ${before} and due_at < ${before}
        order by taken_at limit ${limit} for update skip locked
      )
      update aftercare.reminders r set status = 'scheduled', taken_at = null, updated_at = ${now}
      from stuck where r.id = stuck.id
      returning r.id, r.clinic_id, r.treatment_id`.execute(db);
    await noteRescue(db, rows, "rescued", now);
    return rows.length;
  });
}

/**
 * Sends whose worker has not said what became of them since `before` are unknown: they may have
 * gone out. Returns how many.
 */
export async function giveUpSending(
  ledger: Ledger,
  before: Date,
  limit: number,
  now: Date,
): Promise<number> {
  return ledger.db.transaction().execute(async (db) => {
    const { rows } = await sql<Rescued & { dispatch_no: number }>`
      with lapsed as (
        select id from aftercare.reminders
        where status = 'sending' and taken_at < ${before}
        order by taken_at limit ${limit} for update skip locked
      )
      update aftercare.reminders r
      set status = 'unknown', status_reason = 'worker_lost', updated_at = ${now}
      from lapsed where r.id = lapsed.id
      returning r.id, r.clinic_id, r.treatment_id`.execute(db);
    await sql`
      update aftercare.attempts set status = 'unknown'
      where status = 'sending' and reminder_id = any(${rows.map((row) => row.id)}::uuid[])`.execute(
      db,
    );
    await noteRescue(db, rows, "unknown", now);
    return rows.length;
  });
}

/**
 * Takes unknown reminders that nobody has looked at since `before`, each for one process alone,
 * with what is needed to ask the provider about their last attempt.
 */
export async function takeUnknown(
  ledger: Ledger,
  before: Date,
  limit: number,
  now: Date,
): Promise<Unsettled[]> {
  const { rows } = await sql<Unsettled>`
    with taken as (
      update aftercare.reminders r set taken_at = ${now}
      from (
        select id from aftercare.reminders
        where status = 'unknown' and taken_at < ${before}
        order by taken_at limit ${limit} for update skip locked
      ) due
      where r.id = due.id
      returning r.*
    )
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", a.id as "attemptId",
      r.clinic_id as "clinicId", r.patient_id as "patientId", r.treatment_id as "treatmentId",
      r.step, r.channel,
      coalesce(case r.channel when 'sms' then p.phone else p.email end, '') as "to",
      r.due_at as "dueAt", r.send_until as "sendUntil", r.expires_at as "expiresAt",
      t.protocol, p.first_name as "firstName", p.locale,
      c.name as "clinicName", c.phone as "clinicPhone", c.locale as "clinicLocale",
      a.started_at as "startedAt", a.body
    from taken r
    join aftercare.attempts a on a.reminder_id = r.id and a.dispatch_no = r.dispatch_no
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.clinics c on c.id = r.clinic_id`.execute(ledger.db);
  return rows;
}

function noteRescue(
  db: Queries,
  rows: readonly Rescued[],
  type: "rescued" | "unknown",
  now: Date,
): Promise<void> {
  return addEvents(
    db,
    rows.map((row) => ({
      clinicId: row.clinic_id,
      treatmentId: row.treatment_id,
      reminderId: row.id,
      type,
      actor: "rescuer",
      detail: {},
      at: now,
    })),
  );
}
