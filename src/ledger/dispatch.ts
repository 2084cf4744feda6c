import { type RawBuilder, sql } from "kysely";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import { FIRST_PROBE_S, LONGEST_PROBE_S } from "../domain/channelState.ts";
import type { Ticket } from "../domain/claim.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** A reminder handed to the queue: its ticket, the job that has it, and when that is to run. */
export interface Dispatched extends Ticket {
  clinicId: string;
  jobId: string;
  dueAt: Date;
  /** The slot of a paced sender; without one the job is to run when the reminder is due. */
  releaseAt?: Date;
}

/**
 * The most reminders that share a job. A worker has done with a job when it has done with the slowest
 * of them, and no other worker can have the rest.
 */
const MOST_OF_ONE_JOB = 10;

/**
 * The most that one clinic's channel gets in a round, so that others get their turn beside it. A round that
 * took much less than this of all together has left little, and that to those who hold the rest.
 */
export const MOST_OF_ONE_SENDER = 100;

/**
 * Hands over at most `limit` scheduled reminders that are due by `horizon`: each gets the next
 * dispatch number. Those of a clinic and channel that can go out at one instant share jobs. The clinics
 * and their channels take turns, each with its most overdue first, so
 * that one with a long backlog does not keep the others waiting. Of a paused channel only those are
 * handed over whose opening is over, to wait for the next one, and each time that it is to be tried
 * the most overdue of those that can be sent. Dispatchers beside one another take different rows.
 * `channels` are those whose senders are not paced.
 */
export async function takeDue(
  ledger: Ledger,
  horizon: Date,
  limit: number,
  now: Date,
  channels: readonly ChannelName[] = CHANNELS,
): Promise<Dispatched[]> {
  const taken = await sql<Dispatched>`
    with senders as (
      select c.id as clinic_id, k.channel, s.paused_at is not null as paused,
        s.paused_at is not null and s.probe_at <= ${now} as probing
      from aftercare.clinics c
      cross join (values ${sql.join(channels.map((name) => sql`(${sql.lit(name)})`))}) as k(channel)
      left join aftercare.channel_states s on s.clinic_id = c.id and s.channel = k.channel
      -- Where nothing is due, the rest costs nothing. The earliest is at the start of one index alone; for any
      -- that is due the planner may read all of another.
      where (select min(due_at) from aftercare.reminders where status = 'scheduled') <= ${horizon}
    ), waiting as (
      select oldest.*, false as probe from senders cross join lateral (
        select due.id, due.due_at, row_number() over (order by due.due_at) as turn
        from (
          select id, due_at from aftercare.reminders
          where clinic_id = senders.clinic_id and channel = senders.channel
            and status = 'scheduled' and due_at <= ${horizon}
            and (not senders.paused or send_until <= ${now})
          order by due_at limit ${MOST_OF_ONE_SENDER}
        ) due
      ) oldest
      union all
      select oldest.*, true from senders cross join lateral (
        select id, due_at, 1 as turn from aftercare.reminders
        where clinic_id = senders.clinic_id and channel = senders.channel
          and status = 'scheduled' and due_at <= ${now} and send_until > ${now}
        order by due_at limit 1
      ) oldest
      where senders.probing
    ), next as (
      select id, probe from waiting order by turn, due_at limit ${limit}
    ), held as materialized (${held(sql`next`)}
    ), free as (
      select id, place, clinic_id, channel, greatest(due_at, ${now}) as goes_at, probe
      from held where status = 'scheduled'
    ), numbered as (
      select *, (row_number() over (partition by clinic_id, channel, goes_at) - 1)
        / ${MOST_OF_ONE_JOB}::int as part
      from free
    ), jobs as materialized (
      select clinic_id, channel, goes_at, part, gen_random_uuid() as id
      from numbered group by clinic_id, channel, goes_at, part
    ), taken as (
      update aftercare.reminders r
      set status = 'queued', dispatch_no = dispatch_no + 1, job_id = jobs.id, taken_at = ${now},
        updated_at = ${now}
      from numbered n
        join jobs using (clinic_id, channel, goes_at, part)
      where r.ctid = n.place
      returning r.id, r.dispatch_no, r.due_at, r.clinic_id, r.channel, r.job_id, n.probe
    ), ${probed(now)}
    select id as "reminderId", dispatch_no as "dispatchNo", clinic_id as "clinicId",
      job_id as "jobId", due_at as "dueAt"
    from taken order by due_at`.execute(ledger.db);
  return taken.rows;
}

/**
 * A part of a statement: locks the reminders that `chosen` names, but for those that somebody else has
 * locked, and says where each lies now. Each is found by its id, whatever the planner thinks: by a join with
 * what is scheduled, all of that would be read where it knows too little of a table that grows fast. Who
 * updates them by their places leaves what somebody changed since the statement began to the next look.
 */
export function held(chosen: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
      select chosen.*, r.place, r.status, r.clinic_id, r.channel, r.due_at
      from ${chosen} chosen cross join lateral (
        select ctid as place, status, clinic_id, channel, due_at from aftercare.reminders
        where id = chosen.id for no key update skip locked) r`;
}

/** A part of a statement: notes when those of `taken` that try a paused channel did so. */
export function probed(now: Date): RawBuilder<unknown> {
  return sql`probed as (
      update aftercare.channel_states s
      set probe_reminder_id = taken.id, probes = s.probes + 1,
        probe_at = ${now}::timestamptz
          + least(${FIRST_PROBE_S}::int * 2 ^ least(s.probes + 1, 20), ${LONGEST_PROBE_S}::int)
            * interval '1 second'
      from taken
      where taken.probe and s.clinic_id = taken.clinic_id and s.channel = taken.channel
        and s.paused_at is not null
    )`;
}

/** A reminder that was taken back from the queue. */
export interface TakenBack {
  id: string;
  clinic_id: string;
  treatment_id: string;
}

/**
 * Takes back what was handed over under these tickets and has not been claimed: it is due again at
 * once, and a job that turns up late finds its dispatch number used up.
 */
export async function takeBack(
  db: Queries,
  tickets: readonly Ticket[],
  now: Date,
): Promise<TakenBack[]> {
  // Locked by id, as everywhere where there are many: two that lock cannot wait for each other.
  const { rows } = await sql<TakenBack>`
    with held as (
      select r.id from aftercare.reminders r
      join jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb)
        as t("reminderId" uuid, "dispatchNo" int) on r.id = t."reminderId"
      where r.id = any(${tickets.map(({ reminderId }) => reminderId)}::uuid[])
        and r.dispatch_no = t."dispatchNo" and r.status = 'queued'
      order by r.id for update of r
    )
    update aftercare.reminders r set status = 'scheduled', taken_at = null, updated_at = ${now}
    from held where r.id = held.id
    returning r.id, r.clinic_id, r.treatment_id`.execute(db);
  return rows;
}
