import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Queries } from "./ledger.ts";

/** Reminders that are between their due time and their end. */
export interface UnsettledCounts {
  overdue: number;
  queued: number;
  sending: number;
  unknown: number;
  /** The due time of the most overdue reminder that is not handed over yet. */
  oldestDueAt: Date | null;
}

/**
 * Counts by the partial indexes alone: the cost does not grow with what is pending or past. What
 * waits behind a paused channel is not overdue; that has a measure of its own. So has what waits for the pace
 * of one of the channels that are `paced`.
 */
export async function countUnsettled(
  db: Queries,
  now: Date,
  paced: readonly ChannelName[] = [],
): Promise<UnsettledCounts> {
  const late = lateOnes(now);
  const overdue = paced.length === 0 ? late : sql`${late} and r.channel <> all(${paced})`;
  const { rows } = await sql<UnsettledCounts>`
    select
      (select count(*)::int ${overdue}) as overdue,
      (select min(due_at) ${overdue}) as "oldestDueAt",
      count(*) filter (where status = 'queued')::int as queued,
      count(*) filter (where status = 'sending')::int as sending,
      count(*) filter (where status = 'unknown')::int as unknown
    from aftercare.reminders where status in ('queued', 'sending', 'unknown')`.execute(db);
  const [counts] = rows;
  if (counts === undefined) throw new Error("an aggregate without a group has one row");
  return counts;
}

/** What is due on a channel with a pace and waits for its slot. */
export async function countPacedWaiting(
  db: Queries,
  channel: ChannelName,
  now: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count ${lateOnes(now)} and r.channel = ${channel}`.execute(db);
  return rows[0]?.count ?? 0;
}

const lateOnes = (now: Date) => sql`from aftercare.reminders r
    where status = 'scheduled' and due_at < ${now} and not exists (
      select 1 from aftercare.channel_states s
      where s.clinic_id = r.clinic_id and s.channel = r.channel and s.paused_at is not null)`;

/** What the ledger's clock shows, at some instant between the call and its answer. */
export async function ledgerTime(db: Queries): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("a query without a table has one row");
  return row.now;
}

/** True where the ledger answers a query. */
export async function ledgerAnswers(db: Queries): Promise<boolean> {
  return sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
}
