import { sql } from "kysely";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";

/** Patients of one clinic whose permissions stop or go on, and who says so. */
export interface PauseRequest {
  clinicId: string;
  patientIds: readonly string[];
  actor: string;
}

/** In SQL: whether reminder `r` of patient `p` is a permission that must not go out for now. */
export const isPaused = sql<boolean>`
  (r.kind = 'permission' and p.permissions_paused_at is not null)`;

/**
 * Pauses the permissions of patients who told of an alarming sign, within a transaction that has
 * locked the patients: what is not yet sent is skipped, and what is planned later is not claimed.
 */
export async function pausePermissions(
  db: Queries,
  { clinicId, patientIds, actor }: PauseRequest,
  now: Date,
): Promise<void> {
  const ids = [...patientIds];
  const paused = await sql<{ id: string }>`
    update aftercare.patients set permissions_paused_at = ${now}, updated_at = ${now}
    where clinic_id = ${clinicId} and id = any(${ids}::uuid[])
      and permissions_paused_at is null
    returning id`.execute(db);
  const { rows } = await sql<{ id: string; treatment_id: string }>`
    with unsent as (
      select id from aftercare.reminders
      where clinic_id = ${clinicId} and patient_id = any(${ids}::uuid[])
        and kind = 'permission' and status in ('scheduled', 'queued')
      order by id for update
    )
    update aftercare.reminders r
    set status = 'skipped', status_reason = 'paused', updated_at = ${now}
    from unsent where r.id = unsent.id
    returning r.id, r.treatment_id`.execute(db);
  const by = { clinicId, actor, at: now };
  await addEvents(db, [
    ...paused.rows.map(({ id: patientId }) => ({
      ...by,
      treatmentId: null,
      reminderId: null,
      type: "permissions paused",
      detail: { patientId },
    })),
    ...rows.map((row) => ({
      ...by,
      treatmentId: row.treatment_id,
      reminderId: row.id,
      type: "skipped",
      detail: { reason: "paused" },
    })),
  ]);
}

/** Lifts the pause of patients; returns those whose permissions were paused. */
export async function resumePermissions(
  db: Queries,
  { clinicId, patientIds }: Omit<PauseRequest, "actor">,
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update aftercare.patients set permissions_paused_at = null, updated_at = ${now}
    where clinic_id = ${clinicId} and id = any(${[...patientIds]}::uuid[])
      and permissions_paused_at is not null
    returning id`.execute(db);
  return rows.map(({ id }) => id);
}

/** How many patients, of all clinics, have their permissions paused. */
export async function countPausedPatients(db: Queries): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from aftercare.patients
    where permissions_paused_at is not null`.execute(db);
  return rows[0]?.count ?? 0;
}
