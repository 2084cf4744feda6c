import { sql } from "kysely";
import type { Ticket } from "../domain/claim.ts";
import type { StepKind } from "../domain/protocol.ts";
import { type TakenBack, takeBack } from "./dispatch.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { replanPatient } from "./replan.ts";

/** A send whose outcome is not known, and what its provider can be asked about. */
export interface Unsettled extends Ticket {
  attemptId: string;
  startedAt: Date;
  /** What was sent, and to whom; null where no message was made, or by an earlier program. */
  text: string | null;
  to: string | null;
  /** What the provider called the reminder's other attempts. */
  notThese: string[];
}

/**
 * Reminders that were handed to the queue before `before`, were due before it, and have not been
 * claimed: their jobs are lost or late. Each is looked at by one process alone, and again only
 * after the same time.
 */
export async function takeStuckQueued(
  ledger: Ledger,
  before: Date,
  limit: number,
  now: Date,
): Promise<Ticket[]> {
  const { rows } = await sql<Ticket>`
    with stuck as (
      select id from aftercare.reminders
      where status = 'queued' and taken_at < ${before} and due_at < ${before}
      order by taken_at limit ${limit} for update skip locked
    )
    update aftercare.reminders r set taken_at = ${now}
    from stuck where r.id = stuck.id
    returning r.id as "reminderId", r.dispatch_no as "dispatchNo"`.execute(ledger.db);
  return rows;
}

/** Takes back reminders whose jobs are lost, and notes it. Returns how many. */
export async function rescueQueued(
  ledger: Ledger,
  lost: readonly Ticket[],
  now: Date,
): Promise<number> {
  if (lost.length === 0) return 0;
  return ledger.db.transaction().execute(async (db) => {
    const rows = await takeBack(db, lost, now);
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
    const { rows } = await sql<TakenBack>`
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
      returning r.id, r.dispatch_no
    )
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", a.id as "attemptId",
      a.started_at as "startedAt", a.body as text, a.address as "to",
      array(
        select other.provider_id from aftercare.attempts other
        where other.reminder_id = r.id and other.id <> a.id and other.provider_id is not null
      ) as "notThese"
    from taken r
    join aftercare.attempts a on a.reminder_id = r.id and a.dispatch_no = r.dispatch_no`.execute(
    ledger.db,
  );
  return rows;
}

/**
 * Skips what has gone stale while it waited in the ledger, as behind a paused channel: what is
 * handed over in time finds that out at its claim. Returns how many.
 */
export async function skipStale(ledger: Ledger, limit: number, now: Date): Promise<number> {
  const rows = await ledger.db.transaction().execute(async (db) => {
    const stale = await sql<TakenBack & { patient_id: string; kind: StepKind }>`
      with stale as (
        select id from aftercare.reminders
        where status = 'scheduled' and due_at < ${now} and expires_at <= ${now}
        order by due_at limit ${limit} for update skip locked
      )
      update aftercare.reminders r
      set status = 'skipped', status_reason = 'expired', updated_at = ${now}
      from stale where r.id = stale.id
      returning r.id, r.clinic_id, r.treatment_id, r.patient_id, r.kind`.execute(db);
    await noteRescue(db, stale.rows, "skipped", now);
    return stale.rows;
  });
  // One that gave way to a permission that nobody heard in time speaks now. Each in a transaction of
  // its own, because the patient is locked before the reminders.
  const permissions = rows.filter(({ kind }) => kind === "permission");
  const patients = new Map(permissions.map((row) => [row.patient_id, row.clinic_id]));
  for (const [patientId, clinicId] of patients) {
    const request = { clinicId, patientId, actor: "rescuer", reason: "not sent" };
    await ledger.db.transaction().execute((db) => replanPatient(db, request, now));
  }
  return rows.length;
}

function noteRescue(
  db: Queries,
  rows: readonly TakenBack[],
  type: "rescued" | "unknown" | "skipped",
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
