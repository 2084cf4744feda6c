import { sql } from "kysely";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import type { Queries } from "./ledger.ts";
import { isOpenAlarm } from "./openAlarms.ts";
import { isUntold } from "./untoldCorrections.ts";

/** A stretch of time of one clinic: `from` is in it, `to` is not. */
export interface ClinicSpan {
  clinicId: string;
  from: Date;
  to: Date;
}

/** How many reminders of a status belong to an hour. */
export interface HourCount {
  status: ReminderStatus;
  /** Skipped because another message says it: it was meant not to go out. */
  replaced: boolean;
  /**
   * So many whole hours after the start of the span: of its last claim, or of its due time where it
   * was not claimed in the span, or waits to be sent again.
   */
  hour: number;
  count: number;
}

/** What waits on a channel although its time has come. */
export interface Overdue {
  channel: ChannelName;
  count: number;
  /** The due time of the one that waits the longest. */
  oldestDueAt: Date;
}

/** How a clinic's day goes. */
export interface Today {
  counts: HourCount[];
  overdue: Overdue[];
  /** Texts of patients with an alarming sign that nobody has handled yet. */
  alarms: number;
  /** Corrections that reached nobody, and that patients still need to hear of. */
  untold: number;
}

/** So long after its due time a reminder is overdue, in milliseconds: before, it has its turn. */
export const OVERDUE_MS = 120_000;

/**
 * Counts what is due in a span, whatever became of it, and what is overdue at `now`. It reads the
 * reminders of the span and the ends of partial indexes, so it costs no more with years of others.
 */
export async function countToday(
  db: Queries,
  { clinicId, from, to }: ClinicSpan,
  now: Date,
): Promise<Today> {
  const late = new Date(now.getTime() - OVERDUE_MS);
  const { rows } = await sql<
    Omit<Today, "overdue"> & { overdue: (Omit<Overdue, "oldestDueAt"> & { oldest: string })[] }
  >`
    select
      coalesce((
        select jsonb_agg(counted) from (
          select status, count(*)::int as count,
            status = 'skipped' and status_reason in ('superseded', 'collapsed') as replaced,
            floor(extract(epoch from (
              case when claimed_at >= ${from} and claimed_at < ${to}
                and status not in ('scheduled', 'queued') then claimed_at else due_at end
            ) - ${from}::timestamptz) / 3600)::int as hour
          from aftercare.reminders
          where clinic_id = ${clinicId} and due_at >= ${from} and due_at < ${to}
          group by 1, 3, 4
        ) counted
      ), '[]') as counts,
      coalesce((
        select jsonb_agg(late) from (
          select channel, sum(count)::int as count, min(oldest) as oldest from (
            select h.channel, planned.count, planned.oldest
            from unnest(${[...CHANNELS]}::text[]) as h(channel) cross join lateral (
              select count(*) as count, min(due_at) as oldest from aftercare.reminders r
              where r.clinic_id = ${clinicId} and r.channel = h.channel and r.status = 'scheduled'
                and r.due_at < ${late}
            ) planned
            union all
            -- Handed over, and nobody takes it.
            select channel, count(*), min(due_at) from aftercare.reminders
            where clinic_id = ${clinicId} and status = 'queued' and due_at < ${late}
            group by channel
          ) each
          group by channel having sum(count) > 0
          order by channel
        ) late
      ), '[]') as overdue,
      (
        select count(*)::int from aftercare.inbound_messages
        where clinic_id = ${clinicId} and ${isOpenAlarm}
      ) as alarms,
      (
        select count(*)::int from aftercare.reminders r
        where r.clinic_id = ${clinicId} and ${isUntold(now)}
      ) as untold`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("a query without a table has one row");
  return {
    ...row,
    overdue: row.overdue.map(({ oldest, ...rest }) => ({ ...rest, oldestDueAt: new Date(oldest) })),
  };
}

/**
 * How many reminders of a channel went out of date since an instant although they had been planned
 * in time. Read from the partial index of those, whose condition stands here word for word.
 */
export async function countGoneStale(
  db: Queries,
  clinicId: string,
  channel: ChannelName,
  since: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from aftercare.reminders
    where clinic_id = ${clinicId} and channel = ${channel} and updated_at >= ${since}
      and status = 'skipped' and status_reason = 'expired' and updated_at > created_at`.execute(db);
  return rows[0]?.count ?? 0;
}

/** What is planned for a day, by channel. */
export type DayCount = Record<ChannelName, number>;

/**
 * How many reminders are planned for each of the days that begin at `starts`, the last of which is
 * only an end. Read from the partial index of what is to be dispatched alone.
 */
export async function countComing(
  db: Queries,
  clinicId: string,
  starts: readonly Date[],
): Promise<DayCount[]> {
  const { rows } = await sql<{ day: number; channel: ChannelName; count: number }>`
    select d.day::int as day, h.channel, planned.count
    from unnest(${starts.slice(0, -1)}::timestamptz[], ${starts.slice(1)}::timestamptz[])
      with ordinality as d(starts, ends, day)
    cross join unnest(${[...CHANNELS]}::text[]) as h(channel)
    cross join lateral (
      select count(*)::int as count from aftercare.reminders r
      where r.clinic_id = ${clinicId} and r.channel = h.channel and r.status = 'scheduled'
        and r.due_at >= d.starts and r.due_at < d.ends
    ) planned`.execute(db);
  const days: DayCount[] = starts.slice(0, -1).map(() => ({ sms: 0, email: 0 }));
  for (const { day, channel, count } of rows) {
    const found = days[day - 1];
    if (found !== undefined) found[channel] = count;
  }
  return days;
}
