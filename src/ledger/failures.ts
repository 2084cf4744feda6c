import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";
import type { ClinicSpan } from "./today.ts";

/** A reminder that did not reach its patient, or may not have. */
export interface FailedReminder {
  id: string;
  patientId: string;
  /** The name of its protocol. */
  protocol: string;
  step: string;
  channel: ChannelName;
  dueAt: Date;
  firstName: string;
  phone: string | null;
  /** The zone of the patient's clocks. */
  timeZone: string;
  /** The provider's code of its last attempt; null where there was none, or it had none. */
  code: string | null;
}

/** What failed in the same way. */
export interface FailureGroup {
  status: ReminderStatus;
  reason: string | null;
  count: number;
  /** The newest by due time. */
  newest: FailedReminder[];
}

/** How many of each group are named. */
const NEWEST = 3;

/** The condition of the index on failures, word for word, or it would not be used. */
const isFailure = sql`(status in ('failed', 'undelivered', 'unknown')
  or (status = 'skipped' and status_reason not in ('superseded', 'collapsed')))`;

/** In SQL: what else is said of a failure `f`, whose reminder is `r`, of a patient `p`. */
const ofPatient = sql`p.id as "patientId", p.first_name as "firstName", p.phone,
  coalesce(p.time_zone, c.time_zone) as "timeZone",
  (
    select a.code from aftercare.attempts a where a.reminder_id = f.id
    order by a.dispatch_no desc limit 1
  ) as code`;

interface Row extends FailedReminder {
  status: ReminderStatus;
  reason: string | null;
  count: number;
}

/**
 * What of a clinic did not reach its patient, by status and reason, the largest group first. What
 * another message stands in for is not among it: that was meant not to go out.
 */
export async function listFailures(
  db: Queries,
  { clinicId, from, to }: ClinicSpan,
): Promise<FailureGroup[]> {
  const { rows } = await sql<Row>`
    select f.status, f.reason, f.count, f.id, f.due_at as "dueAt", t.protocol, r.step, r.channel,
      ${ofPatient}
    from (
      select id, due_at, status, status_reason as reason,
        (count(*) over (partition by status, status_reason))::int as count,
        row_number() over (partition by status, status_reason order by due_at desc, id) as place
      from aftercare.reminders
      where clinic_id = ${clinicId} and due_at >= ${from} and due_at < ${to} and ${isFailure}
    ) f
    join aftercare.reminders r on r.id = f.id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.clinics c on c.id = r.clinic_id
    where f.place <= ${NEWEST}
    order by f.count desc, f.status, f.reason, f.due_at desc, f.id`.execute(db);
  const groups = new Map<string, FailureGroup>();
  for (const { status, reason, count, ...reminder } of rows) {
    const key = `${status} ${reason}`;
    const group = groups.get(key) ?? { status, reason, count, newest: [] };
    group.newest.push(reminder);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** What failed in one way: a status, and a reason where there is one. */
export type FailureCause = Pick<FailureGroup, "status" | "reason">;

/** How many of a clinic's reminders failed in one way. Counted from the index alone. */
export async function countFailures(
  db: Queries,
  span: ClinicSpan,
  cause: FailureCause,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from aftercare.reminders
    where ${isOfCause(span, cause)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Those that failed in one way, newest by due time first, a page at a time. */
export async function listFailuresOf(
  db: Queries,
  span: ClinicSpan,
  cause: FailureCause,
  { cursor, limit }: { cursor: Cursor | null; limit: number },
): Promise<Page<FailedReminder>> {
  const before =
    cursor === null ? sql`true` : sql`(due_at, id) < (${cursor.at}, ${cursor.id}::uuid)`;
  const { rows } = await sql<FailedReminder>`
    select f.id, f.due_at as "dueAt", t.protocol, r.step, r.channel, ${ofPatient}
    from (
      select id, due_at from aftercare.reminders
      where ${isOfCause(span, cause)} and ${before}
      order by due_at desc, id desc limit ${limit + 1}
    ) f
    join aftercare.reminders r on r.id = f.id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.clinics c on c.id = r.clinic_id
    order by f.due_at desc, f.id desc`.execute(db);
  return pageOf(rows, limit, ({ dueAt, id }) => ({ at: dueAt, id }));
}

function isOfCause({ clinicId, from, to }: ClinicSpan, { status, reason }: FailureCause) {
  return sql`clinic_id = ${clinicId} and due_at >= ${from} and due_at < ${to} and ${isFailure}
    and status = ${status} and status_reason is not distinct from ${reason}`;
}
