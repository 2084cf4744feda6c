import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Purpose } from "../domain/consent.ts";
import type { Overrides } from "../domain/overrides.ts";
import type { Protocol, StepKind } from "../domain/protocol.ts";
import type { ReminderStatus, Trace } from "../domain/reminder.ts";
import type { Queries } from "./ledger.ts";
import { type StoredTrace, unpackTrace } from "./traces.ts";

/** A treatment of a patient, as far as plans depend on it. */
export interface TreatmentRow {
  id: string;
  status: "active" | "cancelled";
  definition: Protocol;
  overrides: Overrides;
  performed_at: Date;
  time_zone: string;
  channels: ChannelName[];
  consents: { purpose: Purpose; channel: ChannelName }[];
  /** When all that it permitted was taken back with its cancel. */
  retracted_at: Date | null;
}

/** A patient's treatments whose pages are open, and `also`, in the order in which they were done. */
export async function treatmentRows(
  db: Queries,
  whose: { clinicId: string; patientId: string; also: string | null },
  now: Date,
): Promise<TreatmentRow[]> {
  const { clinicId, patientId, also } = whose;
  const { rows } = await sql<TreatmentRow>`
    select t.id, t.status, v.definition, t.overrides, t.performed_at, t.time_zone, t.channels,
      t.retracted_at,
      coalesce((
        select jsonb_agg(jsonb_build_object('purpose', k.purpose, 'channel', k.channel))
        from aftercare.consents k where k.treatment_id = t.id
      ), '[]') as consents
    from aftercare.treatments t
    join aftercare.protocols v on v.name = t.protocol and v.version = t.protocol_version
    where t.clinic_id = ${clinicId} and t.patient_id = ${patientId}
      and (t.page_expires_at > ${now} or t.id = ${also})
    order by t.performed_at, t.id`.execute(db);
  return rows;
}

/** A reminder, and what its attempts have told the patient. */
export interface ReminderRow {
  id: string;
  treatment_id: string;
  step: string;
  position: number;
  kind: StepKind;
  topics: string[];
  channel: ChannelName;
  status: ReminderStatus;
  status_reason: string | null;
  due_at: Date;
  claimed_at: Date | null;
  created_at: Date;
  updated_at: Date;
  trace: Trace;
  /** When its last attempt began that has not been found to have failed; and that one was taken. */
  told_at: Date | null;
  heard_at: Date | null;
  /** Where its attempts went. */
  tried: { channel: ChannelName; address: string | null }[] | null;
}

/** The reminders of treatments, oldest first, so that the newest of a slot comes last. */
export async function reminderRows(
  db: Queries,
  clinicId: string,
  treatments: readonly TreatmentRow[],
): Promise<ReminderRow[]> {
  if (treatments.length === 0) return [];
  const { rows } = await sql<Omit<ReminderRow, "trace"> & { trace: StoredTrace }>`
    select r.id, r.treatment_id, r.step, r.kind, r.topics, r.channel, r.status, r.status_reason,
      r.due_at, r.claimed_at, r.created_at, r.updated_at, r.trace, a.told_at, a.heard_at, a.tried
    from aftercare.reminders r
    left join lateral (
      select max(started_at) filter (where status not in ('failed', 'undelivered')) as told_at,
        max(started_at) filter (where status in ('sent', 'delivered')) as heard_at,
        jsonb_agg(jsonb_build_object('channel', channel, 'address', address)) as tried
      from aftercare.attempts where reminder_id = r.id
    ) a on r.kind in ('permission', 'retraction')
    where r.clinic_id = ${clinicId}
      and r.treatment_id = any(${treatments.map(({ id }) => id)}::uuid[])
    order by r.position`.execute(db);
  const byId = new Map(treatments.map((treatment) => [treatment.id, treatment]));
  return rows.flatMap((row) => {
    const treatment = byId.get(row.treatment_id);
    if (treatment === undefined) return [];
    const { definition: protocol, time_zone: timeZone } = treatment;
    return { ...row, trace: unpackTrace(row.trace, { protocol, timeZone }) };
  });
}
