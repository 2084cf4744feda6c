import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Queries } from "./ledger.ts";

/** What a line of a patient's timeline is about; of the same moment, in the order in which they come. */
export const TIMELINE_KINDS = ["treatment", "reminder", "attempt", "inbound"] as const;

export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** What a provider said of a message after it had taken it. */
export interface TimelineReceipt {
  status: string;
  code: string | null;
  at: Date;
}

/**
 * One thing that was planned for a patient, sent, or replied. A reminder is there as long as it waits,
 * or where it ended without having been sent: at its due time.
 */
export interface TimelineEntry {
  kind: TimelineKind;
  id: string;
  at: Date;
  /** The reminder that it is about, and the treatment of it. */
  reminderId: string | null;
  treatmentId: string | null;
  /** The name of the treatment's protocol, and the step. */
  protocol: string | null;
  step: string | null;
  channel: ChannelName | null;
  /** The status of a treatment, reminder or attempt; how a reply was read. */
  status: string;
  /** Why a reminder was skipped, the code of a provider; `alarm` where a reply is one. */
  code: string | null;
  /** The words that went out or came in; with the subject of an email before them. */
  subject: string | null;
  text: string | null;
  /** What a reply was answered with. */
  answer: string | null;
  /** What the provider said of an attempt, the oldest first. */
  receipts: TimelineReceipt[];
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

/** Whose timeline. */
interface Whose {
  clinicId: string;
  patientId: string;
}

/** All lines of a patient of a clinic. */
function linesOf({ clinicId, patientId }: Whose) {
  const of = sql`r.clinic_id = ${clinicId} and r.patient_id = ${patientId}`;
  return sql`(
    select 'treatment' as kind, ${rankOf("treatment")}::int as rank, t.id::text collate "C" as id, t.performed_at as at,
      null::uuid as "reminderId", t.id as "treatmentId", t.protocol, null as step, null as channel,
      t.status, null as code, null as subject, null as text, null as answer, null::uuid as "attemptId"
    from aftercare.treatments t
    where t.clinic_id = ${clinicId} and t.patient_id = ${patientId}
    union all
    select 'reminder', ${rankOf("reminder")}, r.id::text, r.due_at, r.id, r.treatment_id, t.protocol, r.step, r.channel,
      r.status, r.status_reason, null, null, null, null
    from aftercare.reminders r join aftercare.treatments t on t.id = r.treatment_id
    where ${of} and r.status in ('scheduled', 'queued', 'skipped', 'cancelled')
    union all
    select 'attempt', ${rankOf("attempt")}, a.id::text, a.started_at, r.id, r.treatment_id, t.protocol, r.step, a.channel,
      a.status, a.code, a.subject, a.body, null, a.id
    from aftercare.reminders r
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.attempts a on a.reminder_id = r.id
    where ${of}
    union all
    select 'inbound', ${rankOf("inbound")}, i.id::text, i.received_at, i.reminder_id, r.treatment_id, t.protocol, r.step, i.channel,
      i.reading, case when i.alarmed <> '{}' then 'alarm' end, null, i.body, i.answer, null
    from aftercare.inbound_messages i
    left join aftercare.reminders r on r.id = i.reminder_id and r.clinic_id = i.clinic_id
    left join aftercare.treatments t on t.id = r.treatment_id
    where i.clinic_id = ${clinicId} and i.patient_id = ${patientId}
  )`;
}

/** Whether a line is still to come: a message that waits, or would have been due later and is not sent. */
const isAhead = (now: Date) =>
  sql`(e.kind = 'reminder' and (e.status in ('scheduled', 'queued') or e.at > ${now}))`;

/** What was sent, received and replied of one patient of a clinic, the newest first, a page at a time. */
export async function patientTimeline(
  db: Queries,
  whose: Whose,
  { now, cursor, limit }: { now: Date; cursor: TimelineCursor | null; limit: number },
): Promise<TimelinePage> {
  const after =
    cursor === null
      ? sql``
      : sql`and (e.at, e.rank, e.id) < (${cursor.at}, ${rankOf(cursor.kind)}::int, ${cursor.id}::text)`;
  const { rows } = await sql<TimelineEntry>`
    select e.*, ${RECEIPTS} from ${linesOf(whose)} e where not ${isAhead(now)} ${after}
    order by e.at desc, e.rank desc, e.id desc limit ${limit + 1}`.execute(db);
  const entries = rows.slice(0, limit).map(withTimes);
  const last = entries.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { entries, next: more ? { at: last.at, kind: last.kind, id: last.id } : null };
}

/** The messages of one patient of a clinic that are still ahead, the nearest first. */
export async function patientAhead(
  db: Queries,
  whose: Whose,
  { now, limit }: { now: Date; limit: number },
): Promise<TimelineEntry[]> {
  const { rows } = await sql<TimelineEntry>`
    select e.*, ${RECEIPTS} from ${linesOf(whose)} e where ${isAhead(now)}
    order by e.at, e.rank, e.id limit ${limit}`.execute(db);
  return rows.map(withTimes);
}

const RECEIPTS = sql`coalesce((
    select json_agg(
      json_build_object('status', c.status, 'code', nullif(c.code, ''), 'at', c.received_at)
      order by c.received_at)
    from aftercare.receipts c where c.attempt_id = e."attemptId"
  ), '[]') as receipts`;

/** JSON has no times, only texts of them. */
function withTimes(entry: TimelineEntry): TimelineEntry {
  const receipts = entry.receipts.map((receipt) => ({ ...receipt, at: new Date(receipt.at) }));
  return { ...entry, receipts };
}
