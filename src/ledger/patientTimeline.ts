import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Queries } from "./ledger.ts";

/** What a line of a patient's timeline is about; of the same moment, in the order in which they come. */
export const TIMELINE_KINDS = ["treatment", "reminder", "attempt", "receipt", "inbound"] as const;

export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/**
 * One thing that was planned for a patient, sent, heard of it, or replied. A reminder is there as
 * long as it waits, or where it ended without having been sent: at its due time.
 */
export interface TimelineEntry {
  kind: TimelineKind;
  id: string;
  at: Date;
  /** The reminder that it is about, and the treatment of it. */
  reminderId: string | null;
  treatmentId: string | null;
  /** The step, or for a treatment its protocol. */
  name: string | null;
  channel: ChannelName | null;
  /** The status of a treatment, reminder, attempt or receipt; how a reply was read. */
  status: string;
  /** Why a reminder was skipped, the code of a provider; `alarm` where a reply is one. */
  code: string | null;
  /** The words that went out or came in; with the subject of an email before them. */
  subject: string | null;
  text: string | null;
  /** What a reply was answered with. */
  answer: string | null;
}

const rankOf = (kind: TimelineKind) => sql.lit(TIMELINE_KINDS.indexOf(kind));

/** Where a page of a timeline begins: after this entry. */
export interface TimelineCursor {
  at: Date;
  kind: TimelineKind;
  id: string;
}

export interface TimelinePage {
  entries: TimelineEntry[];
  next: TimelineCursor | null;
}

/**
 * All that was planned, sent, received and replied of one patient of a clinic, the newest first, a
 * page at a time.
 */
export async function patientTimeline(
  db: Queries,
  clinicId: string,
  patientId: string,
  { cursor, limit }: { cursor: TimelineCursor | null; limit: number },
): Promise<TimelinePage> {
  const of = sql`r.clinic_id = ${clinicId} and r.patient_id = ${patientId}`;
  const after =
    cursor === null
      ? sql``
      : sql`where (e.at, e.rank, e.id) < (${cursor.at}, ${rankOf(cursor.kind)}::int, ${cursor.id}::text)`;
  const { rows } = await sql<TimelineEntry>`
    select e.* from (
      select 'treatment' as kind, ${rankOf("treatment")}::int as rank, t.id::text collate "C" as id, t.performed_at as at,
        null::uuid as "reminderId", t.id as "treatmentId", t.protocol as name, null as channel,
        t.status, null as code, null as subject, null as text, null as answer
      from aftercare.treatments t
      where t.clinic_id = ${clinicId} and t.patient_id = ${patientId}
      union all
      select 'reminder', ${rankOf("reminder")}, r.id::text, r.due_at, r.id, r.treatment_id, r.step, r.channel,
        r.status, r.status_reason, null, null, null
      from aftercare.reminders r
      where ${of} and r.status in ('scheduled', 'queued', 'skipped', 'cancelled')
      union all
      select 'attempt', ${rankOf("attempt")}, a.id::text, a.started_at, r.id, r.treatment_id, r.step, a.channel,
        a.status, a.code, a.subject, a.body, null
      from aftercare.reminders r join aftercare.attempts a on a.reminder_id = r.id
      where ${of}
      union all
      select 'receipt', ${rankOf("receipt")}, e.id::text, e.received_at, r.id, r.treatment_id, r.step, a.channel,
        e.status, nullif(e.code, ''), null, null, null
      from aftercare.reminders r
      join aftercare.attempts a on a.reminder_id = r.id
      join aftercare.receipts e on e.attempt_id = a.id
      where ${of}
      union all
      select 'inbound', ${rankOf("inbound")}, i.id::text, i.received_at, i.reminder_id, r.treatment_id, r.step, i.channel,
        i.reading, case when i.alarmed <> '{}' then 'alarm' end, null, i.body, i.answer
      from aftercare.inbound_messages i
      left join aftercare.reminders r on r.id = i.reminder_id and r.clinic_id = i.clinic_id
      where i.clinic_id = ${clinicId} and i.patient_id = ${patientId}
    ) e ${after}
    order by e.at desc, e.rank desc, e.id desc limit ${limit + 1}`.execute(db);
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { entries, next: more ? { at: last.at, kind: last.kind, id: last.id } : null };
}
