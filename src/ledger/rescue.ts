import { sql } from "kysely";
import type { Ticket } from "../domain/claim.ts";
import type { StepKind } from "../domain/protocol.ts";
import { type TakenBack, takeBack } from "./dispatch.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { lockPatients } from "./patientLocks.ts";
import { replanPatient } from "./replan.ts";
import { concernsOthers } from "./unsaid.ts";

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

/** A hand-over that may have lost its job, and whose it is. */
export interface StuckTicket extends Ticket {
  clinicId: string;
  /** Null where an earlier version of the program handed it over. */
  jobId: string | null;
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
): Promise<StuckTicket[]> {
  const { rows } = await sql<StuckTicket>`
    with stuck as (
      select id from aftercare.reminders
      where status = 'queued' and taken_at < ${before} and due_at < ${before}
      order by taken_at limit ${limit} for update skip locked
    )
    update aftercare.reminders r set taken_at = ${now}
    from stuck where r.id = stuck.id
    returning r.id as "reminderId", r.dispatch_no as "dispatchNo",
      r.clinic_id as "clinicId", r.job_id as "jobId"`.execute(ledger.db);
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
 * handed over in time finds that out at its claim. What had given way to a message that nobody heard
 * in time speaks now, in the same transaction. Returns how many were skipped.
 */
export async function skipStale(ledger: Ledger, limit: number, now: Date): Promise<number> {
  const { rows: stale } = await sql<Stale>`
    select id, clinic_id as "clinicId", patient_id as "patientId", kind from aftercare.reminders
    where ${isStale(now)} order by due_at limit ${limit}`.execute(ledger.db);
  const dependent = stale.filter(({ kind }) => concernsOthers(kind));
  const alone = stale.filter((each) => !dependent.includes(each));
  let skipped = 0;
  if (alone.length > 0) {
    skipped += await ledger.db.transaction().execute((db) => skip(db, alone, now));
  }
  const patients = new Map(dependent.map((each) => [each.patientId, each.clinicId]));
  for (const [patientId, clinicId] of patients) {
    const own = dependent.filter((each) => each.patientId === patientId);
    const request = { clinicId, patientId, actor: "rescuer", reason: "not sent" };
    skipped += await ledger.db.transaction().execute(async (db) => {
      await lockPatients(db, clinicId, [patientId]);
      const count = await skip(db, own, now);
      if (count > 0) await replanPatient(db, request, now);
      return count;
    });
  }
  return skipped;
}

interface Stale {
  id: string;
  clinicId: string;
  patientId: string;
  kind: StepKind;
}

const isStale = (now: Date) =>
  sql<boolean>`(status = 'scheduled' and due_at < ${now} and expires_at <= ${now})`;

/** Skips those that are stale still, and that nobody else moves just now; returns how many. */
async function skip(db: Queries, stale: readonly Stale[], now: Date): Promise<number> {
  const { rows } = await sql<TakenBack>`
    with stale as (
      select id from aftercare.reminders
      where id = any(${stale.map(({ id }) => id)}::uuid[]) and ${isStale(now)}
      order by id for update skip locked
    )
    update aftercare.reminders r
    set status = 'skipped', status_reason = 'expired', updated_at = ${now}
    from stale where r.id = stale.id
    returning r.id, r.clinic_id, r.treatment_id`.execute(db);
  await noteRescue(db, rows, "skipped", now);
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
      detail: type === "skipped" ? { reason: "expired" } : {},
      at: now,
    })),
  );
}
