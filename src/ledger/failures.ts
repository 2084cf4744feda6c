import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import type { Queries } from "./ledger.ts";
import type { ClinicSpan } from "./today.ts";

/** A reminder that did not reach its patient, or may not have. */
export interface FailedReminder {
  id: string;
  step: string;
  channel: ChannelName;
  dueAt: Date;
  firstName: string;
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
  // The condition on the status is that of the index, word for word, or it would not be used.
  const { rows } = await sql<Row>`
    select f.status, f.reason, f.count, f.id, f.due_at as "dueAt", r.step, r.channel,
      p.first_name as "firstName", coalesce(p.time_zone, c.time_zone) as "timeZone",
      (
        select a.code from aftercare.attempts a where a.reminder_id = f.id
        order by a.dispatch_no desc limit 1
      ) as code
    from (
      select id, due_at, status, status_reason as reason,
        (count(*) over (partition by status, status_reason))::int as count,
        row_number() over (partition by status, status_reason order by due_at desc, id) as place
      from aftercare.reminders
      where clinic_id = ${clinicId} and due_at >= ${from} and due_at < ${to}
        and (status in ('failed', 'undelivered', 'unknown')
          or (status = 'skipped' and status_reason not in ('superseded', 'collapsed')))
    ) f
    join aftercare.reminders r on r.id = f.id
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
