import { type RawBuilder, sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import {
  countSlots,
  mostHandedOver,
  PATIENCE_MS,
  type Pace,
  SLOTS_AHEAD_MS,
  slotAfter,
} from "../domain/pacing.ts";
import { type Dispatched, held, probed } from "./dispatch.ts";
import type { Ledger, Queries } from "./ledger.ts";
import {
  type GivenSlot,
  leftOfDay,
  lockSender,
  noteSlots,
  type ReachedCap,
  setCapped,
} from "./senders.ts";

/** How many of a clinic are looked at, of each patience, where few clinics wait. */
const LOOKED_AT = 20;

/** A round of a paced sender. */
export interface PacedRound {
  taken: Dispatched[];
  /** The day's cap, where it holds messages back and did not before. */
  capReached: ReachedCap | null;
}

const NOTHING: PacedRound = { taken: [], capReached: null };

/**
 * Hands over what a paced sender has slots for within the next seconds, at most `limit`: each gets the next
 * dispatch number, and the instant of its slot. Clinics take turns; of each goes first what is in good time
 * for the shortest. What has no slot stays as it is. No slot is before its reminder is due, and dispatchers
 * beside one another give no slot away twice. What is past its opening needs none: it is handed over to be
 * moved to its next one. Paused channels wait as in `takeDue`.
 */
export async function takePaced(
  ledger: Ledger,
  channel: ChannelName,
  pace: Pace,
  limit: number,
  now: Date,
): Promise<PacedRound> {
  const until = new Date(now.getTime() + SLOTS_AHEAD_MS);
  if (!(await hasWork(ledger.db, pace.sender, until, now))) return NOTHING;
  return ledger.db.transaction().execute(async (db) => {
    const sender = await lockSender(db, pace.sender, now);
    const from = sender.nextAt > now ? sender.nextAt : now;
    const waiting = await countHandedOver(db, channel, mostHandedOver(pace.perSecond));
    const free = Math.min(
      limit,
      countSlots(from, until, pace.perSecond),
      mostHandedOver(pace.perSecond) - waiting,
    );
    if (free <= 0) return NOTHING;
    const { left, cap } = await leftOfDay(db, pace, now);
    if (cap !== null) {
      if (sender.cappedAt !== null || !(await isDue(db, channel, now))) return NOTHING;
      await setCapped(db, pace.sender, now);
      return { taken: [], capReached: cap };
    }
    const request = {
      channel,
      sender: pace.sender,
      turn: sender.turn,
      slots: Math.min(free, left),
      limit,
    };
    const chosen = await take(db, request, now);
    const slots: GivenSlot[] = [];
    const slotAt = (count: number) => slotAfter(from, count, pace.perSecond);
    const taken = chosen.map(({ turn, ...ticket }) => {
      if (turn === null) return ticket;
      const at = slotAt(slots.length);
      slots.push({ clinicId: ticket.clinicId, turn, at });
      return { ...ticket, releaseAt: at };
    });
    if (slots.length > 0) await noteSlots(db, pace.sender, slots, slotAt(slots.length), now);
    return { taken, capReached: null };
  });
}

interface Chosen extends Dispatched {
  /** Null where it takes none, because it is past its opening. */
  turn: number | null;
}

/** Whether there may be anything to do, without a lock: most seconds there is not. */
async function hasWork(db: Queries, sender: string, until: Date, now: Date): Promise<boolean> {
  const { rows } = await sql<{ due: boolean; nextAt: Date | null }>`
    select coalesce(
        (select min(due_at) from aftercare.reminders where status = 'scheduled') <= ${now}, false) as due,
      (select next_at from aftercare.senders where sender = ${sender}) as "nextAt"`.execute(db);
  const [row] = rows;
  return row !== undefined && row.due && (row.nextAt === null || row.nextAt < until);
}

/** What is handed over and not claimed, up to `most`; in the order of its own index, so that it reads no other. */
async function countHandedOver(db: Queries, channel: ChannelName, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from aftercare.reminders
      where status = 'queued' and channel = ${channel} order by taken_at limit ${most}
    ) waiting`.execute(db);
  return rows[0]?.count ?? 0;
}

async function isDue(db: Queries, channel: ChannelName, now: Date): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select exists (
      select 1 from aftercare.clinics c cross join lateral (
        select 1 from aftercare.reminders
        where clinic_id = c.id and channel = ${channel} and status = 'scheduled' and due_at <= ${now}
        limit 1
      ) any_of_it) as due`.execute(db);
  return rows[0]?.due ?? false;
}

/** The first of each clinic by how long they can wait: a few of each patience hold the best of all. */
function candidates(channel: ChannelName, now: Date): RawBuilder<unknown> {
  const longest = Math.max(...Object.values(PATIENCE_MS));
  const kinds = Object.entries(PATIENCE_MS);
  const first = (ofKinds: RawBuilder<unknown>) => sql`(
    select id, due_at, send_until, kind from aftercare.reminders
    where clinic_id = active.clinic_id and channel = ${channel}
      and status = 'scheduled' and due_at <= ${now} ${ofKinds}
    order by due_at limit (select most from looked_at))`;
  // Literals, so that the partial indexes are found. All kinds together find those that can wait longest.
  const each = [...new Set(kinds.map(([, ms]) => ms))].map((patience) => {
    if (patience === longest) return first(sql``);
    const ofIt = kinds.filter(([, ms]) => ms === patience).map(([kind]) => sql.lit(kind));
    return first(sql`and kind in (${sql.join(ofIt)})`);
  });
  return sql.join(each, sql` union `);
}

const PATIENCE = sql`case kind ${sql.join(
  Object.entries(PATIENCE_MS).map(
    ([kind, ms]) => sql`when ${sql.lit(kind)} then ${sql.lit(ms)} * interval '1 millisecond'`,
  ),
  sql` `,
)} end`;

/**
 * Marks the best of what is due as handed over, in the order of their slots. Each clinic counts its turns up
 * from the one that is its next, so the smallest of all is whose turn it is; where two have the same, the
 * one whose good time ends first goes first.
 */
async function take(
  db: Queries,
  request: { channel: ChannelName; sender: string; turn: number; slots: number; limit: number },
  now: Date,
): Promise<Chosen[]> {
  const { channel, sender, turn, slots, limit } = request;
  const { rows } = await sql<Chosen>`
    with active as materialized (
      select c.id as clinic_id, s.paused_at is not null as paused,
        s.paused_at is not null and s.probe_at <= ${now} as probing,
        greatest(coalesce(t.next_turn, 0), ${turn}::bigint) as next_turn
      from aftercare.clinics c
      left join aftercare.channel_states s on s.clinic_id = c.id and s.channel = ${channel}
      left join aftercare.sender_turns t on t.sender = ${sender} and t.clinic_id = c.id
      where exists (
        select 1 from aftercare.reminders r
        where r.clinic_id = c.id and r.channel = ${channel}
          and r.status = 'scheduled' and r.due_at <= ${now})
    ), looked_at as (
      select greatest(${LOOKED_AT}::int, ${slots}::int / greatest(count(*), 1) + 2)::bigint as most
      from active
    ), waiting as (
      select active.clinic_id, active.paused, best.id, best.over, best.deadline,
        case when not best.over then active.next_turn + best.place - 1 end as turn
      from active cross join lateral (
        select id, over, deadline,
          row_number() over (partition by over order by deadline, id) as place
        from (
          select id, send_until <= ${now} as over, least(due_at + ${PATIENCE}, send_until) as deadline
          from (${candidates(channel, now)}) due
        ) known
      ) best
      where best.over or not active.paused or (active.probing and best.place = 1)
    ), chosen as (
      (select * from waiting where over limit ${limit})
      union all
      (select * from waiting where not over order by turn, deadline, id limit ${slots})
    ), next as (
      select id, paused and not over as probe, turn, deadline from chosen
    ), held as materialized (${held(sql`next`)}
    ), free as (
      select * from held where status = 'scheduled' and due_at <= ${now}
    ), taken as (
      update aftercare.reminders r
      set status = 'queued', dispatch_no = dispatch_no + 1, job_id = gen_random_uuid(),
        taken_at = ${now}, updated_at = ${now}
      from free where r.ctid = free.place
      returning r.id, r.dispatch_no, r.due_at, r.clinic_id, r.channel, r.job_id, free.probe, free.turn,
        free.deadline
    ), ${probed(now)}
    select id as "reminderId", dispatch_no as "dispatchNo", clinic_id as "clinicId",
      job_id as "jobId", due_at as "dueAt", turn
    from taken order by turn, deadline, id`.execute(db);
  return rows;
}
