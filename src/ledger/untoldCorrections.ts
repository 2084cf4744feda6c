import { sql } from "kysely";
import type { Queries } from "./ledger.ts";

/** A message that was to take a permission back and cannot: somebody has to tell the patient. */
export interface UntoldCorrection {
  /** The retraction. */
  reminderId: string;
  treatmentId: string;
  protocol: string;
  /** The step of the permission that was wrong. */
  step: string;
  topics: string[];
  /** Until when the patient has to wait; null where nobody knows. */
  waitUntil: Date | null;
  /** Why the message did not go; null where its provider gave no reason. */
  reason: string | null;
  patient: {
    id: string;
    externalId: string | null;
    firstName: string;
    phone: string | null;
    email: string | null;
  };
}

/** By the ids of their retractions, in no order. */
export function findUntoldCorrections(
  db: Queries,
  reminderIds: readonly string[],
): Promise<UntoldCorrection[]> {
  return corrections(db, sql`r.id = any(${[...reminderIds]}::uuid[])`);
}

/**
 * In SQL: whether `r` is a retraction that reached nobody, while its patient still needs to hear of it:
 * until the wait is over, or for thirty days where nobody knows until when.
 */
export const isUntold = (now: Date) => sql<boolean>`
  (r.kind = 'retraction' and r.status in ('failed', 'undelivered', 'skipped')
    and coalesce((r.trace->>'waitUntil')::timestamptz, r.due_at + interval '30 days') > ${now}
    and exists (
      select 1 from aftercare.notices told
      where told.reminder_id = r.id and told.clinic_id = r.clinic_id and told.settled_at is null))`;

/** Those of a clinic that its patients still need to hear of, the latest first. */
export function listUntoldCorrections(
  db: Queries,
  clinicId: string,
  now: Date,
): Promise<UntoldCorrection[]> {
  return corrections(
    db,
    sql`r.clinic_id = ${clinicId} and ${isUntold(now)} order by r.updated_at desc, r.position`,
  );
}

/** How many of all clinics are still of use to their patients, and no clinic was told of. */
export async function countUntoldCorrections(db: Queries, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select n.reminder_id from aftercare.notices n
      join aftercare.reminders r on r.id = n.reminder_id and ${isUntold(now)}
      group by n.reminder_id having max(n.sent_at) is null
    ) untold`.execute(db);
  return rows[0]?.count ?? 0;
}

/** By what follows `where`, which speaks of the retraction as `r`. */
async function corrections(
  db: Queries,
  where: ReturnType<typeof sql>,
): Promise<UntoldCorrection[]> {
  const { rows } = await sql<Omit<UntoldCorrection, "waitUntil"> & { waitUntil: string | null }>`
    select r.id as "reminderId", r.treatment_id as "treatmentId", t.protocol,
      coalesce(r.trace->>'retracts', r.step) as step, r.topics,
      r.trace->>'waitUntil' as "waitUntil", r.status_reason as reason,
      jsonb_build_object('id', p.id, 'externalId', p.external_id, 'firstName', p.first_name,
        'phone', p.phone, 'email', p.email) as patient
    from aftercare.reminders r
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.patients p on p.id = r.patient_id
    where ${where}`.execute(db);
  return rows.map((row) => ({
    ...row,
    waitUntil: row.waitUntil === null ? null : new Date(row.waitUntil),
  }));
}
