import { sql } from "kysely";
import type { AlarmWay } from "../domain/alarmWays.ts";
import { type InboxItem, inboxItems } from "./inbox.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { findUntoldCorrections, isUntold, type UntoldCorrection } from "./untoldCorrections.ts";

/** What a clinic is told of: what a patient wrote, or a correction that reached nobody. */
export type NoticeMatter =
  | { kind: "message"; item: InboxItem }
  | { kind: "correction"; correction: UntoldCorrection };

/** A clinic that is to be told of something, and where. */
export interface Notice {
  id: string;
  way: AlarmWay;
  clinicId: string;
  clinicName: string;
  timeZone: string;
  email: string | null;
  webhookUrl: string | null;
  webhookSecret: string | null;
  /** Whether this is the first time that it is tried, and whether it is the last. */
  first: boolean;
  last: boolean;
  matter: NoticeMatter;
}

/** A notice is tried for a day, first after a minute, then after two, four … at most an hour. */
const TRIED_FOR = sql`interval '24 hours'`;

/**
 * Takes notices that are due, the urgent ones first, each for one process alone: the time of their
 * next try is set before this one, so that no transaction is open while it runs, and one whose
 * process dies is tried again.
 */
export async function takeNotices(ledger: Ledger, limit: number, now: Date): Promise<Notice[]> {
  type Row = Omit<Notice, "matter"> & { inboundId: string | null; reminderId: string | null };
  const { rows } = await sql<Row>`
    with due as (
      select n.id from aftercare.notices n
      left join aftercare.inbound_messages i on i.id = n.inbound_id
      left join aftercare.reminders r on r.id = n.reminder_id
      where n.next_at <= ${now} and n.sent_at is null and n.failed_at is null
        and (r.id is null or ${isUntold(now)})
      order by coalesce(i.alarmed = '{}', false), n.next_at limit ${limit}
      for update of n skip locked
    )
    update aftercare.notices n
    set tries = n.tries + 1,
      next_at = ${now}::timestamptz
        + least(interval '1 minute' * power(2, least(n.tries, 10)), interval '1 hour')
    from due, aftercare.clinics c
    where n.id = due.id and c.id = n.clinic_id
    returning n.id, n.way, n.inbound_id as "inboundId", n.reminder_id as "reminderId",
      c.id as "clinicId", c.name as "clinicName", c.time_zone as "timeZone", c.email,
      c.webhook_url as "webhookUrl", c.webhook_secret as "webhookSecret",
      n.tries = 1 as first, n.next_at > n.noted_at + ${TRIED_FOR} as last`.execute(ledger.db);
  const inboundIds = rows.flatMap((row) => row.inboundId ?? []);
  const items = await inboxItems(ledger.db, sql`i.id = any(${inboundIds}::uuid[])`);
  const corrections = await findUntoldCorrections(
    ledger.db,
    rows.flatMap((row) => row.reminderId ?? []),
  );
  return rows.flatMap(({ inboundId, reminderId, ...notice }): Notice[] => {
    const item = items.find(({ id }) => id === inboundId);
    if (item !== undefined) return [{ ...notice, matter: { kind: "message", item } }];
    const correction = corrections.find((each) => each.reminderId === reminderId);
    return correction ? [{ ...notice, matter: { kind: "correction", correction } }] : [];
  });
}

/**
 * How many alarms nobody has handled, and no clinic was told of: they have no way out, or were not
 * taken yet, or are given up. Patients write little, so all that they wrote is looked through.
 */
export async function countUntoldAlarms(db: Queries): Promise<number> {
  const untold = await inboxItems(
    db,
    sql`i.handled_at is null and i.reading in ('alarm', 'answer') and not exists (
      select 1 from aftercare.notices n where n.inbound_id = i.id and n.sent_at is not null)`,
  );
  return untold.filter(({ alarm }) => alarm).length;
}
