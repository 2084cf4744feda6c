import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pace, Pacing } from "../domain/pacing.ts";
import type { Queries } from "./ledger.ts";

const HOUR_MS = 3_600_000;

/** A sender, as it is between two rounds. */
export interface Sender {
  /** The first slot that nobody has. */
  nextAt: Date;
  /** How far the clinics that share it have come. */
  turn: number;
  /** Since when the day's cap holds messages back; null while it does not. */
  cappedAt: Date | null;
}

/** A slot that was given to a clinic's message, and which of the clinic's turns that was. */
export interface GivenSlot {
  clinicId: string;
  turn: number;
  at: Date;
}

/** The sender, locked until the transaction ends: one round at a time, whichever process does it. */
export async function lockSender(db: Queries, sender: string, now: Date): Promise<Sender> {
  const locked = () =>
    db
      .selectFrom("senders")
      .select(["next_at as nextAt", "turn", "capped_at as cappedAt"])
      .where("sender", "=", sender)
      .forUpdate()
      .executeTakeFirst();
  const row = await locked();
  if (row) return row;
  await db
    .insertInto("senders")
    .values({ sender, next_at: now, capped_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const made = await locked();
  if (made === undefined) throw new Error("a sender that was just made is gone");
  return made;
}

/** A cap on a sender's day that is reached. */
export interface ReachedCap {
  /** The most messages in any 24 hours. */
  perDay: number;
  /** When enough of them are more than 24 hours old for the next one to go. */
  goesOnAt: Date;
}

/** How many more the day's cap allows, and the cap itself where that is none. */
export interface LeftOfDay {
  left: number;
  cap: ReachedCap | null;
}

/** What a sender may still send at `now`: by whole hours, so that no 24 hours have more than its cap. */
export async function leftOfDay(
  db: Queries,
  { sender, perDay }: Pace,
  now: Date,
): Promise<LeftOfDay> {
  if (perDay === null) return { left: Number.POSITIVE_INFINITY, cap: null };
  const hours = await db
    .selectFrom("sender_hours")
    .select(["hour", "sent"])
    .where("sender", "=", sender)
    .where("hour", ">=", aDayBefore(now))
    .orderBy("hour")
    .execute();
  let sent = hours.reduce((sum, each) => sum + each.sent, 0);
  const left = perDay - sent;
  const last = hours.find((each) => {
    sent -= each.sent;
    return sent < perDay;
  });
  if (left > 0 || last === undefined) return { left, cap: null };
  return { left, cap: { perDay, goesOnAt: new Date(last.hour.getTime() + 25 * HOUR_MS) } };
}

/** The caps that are reached at `now`, by channel: what is due there has to wait. */
export async function reachedCaps(
  db: Queries,
  pacing: Pacing,
  now: Date,
): Promise<Map<ChannelName, ReachedCap>> {
  const reached = new Map<ChannelName, ReachedCap>();
  for (const channel of CHANNELS) {
    const pace = pacing[channel];
    const cap = pace === undefined ? null : (await leftOfDay(db, pace, now)).cap;
    if (cap !== null) reached.set(channel, cap);
  }
  return reached;
}

/** Notes that the day's cap holds messages back from `now` on, until the next slot is given. */
export async function setCapped(db: Queries, sender: string, now: Date): Promise<void> {
  await db.updateTable("senders").set({ capped_at: now }).where("sender", "=", sender).execute();
}

/** Notes the slots of a round, at least one and in order, and the first that is free after them. */
export async function noteSlots(
  db: Queries,
  sender: string,
  slots: readonly GivenSlot[],
  nextAt: Date,
  now: Date,
): Promise<void> {
  const turn = Math.max(...slots.map((slot) => slot.turn));
  await db
    .updateTable("senders")
    .set({ next_at: nextAt, turn, capped_at: null })
    .where("sender", "=", sender)
    .execute();
  await noteTurns(db, sender, slots, turn);
  await noteHours(db, sender, slots, now);
}

/** Which turn is each clinic's next; one that is no further than the sender itself need not be kept. */
async function noteTurns(
  db: Queries,
  sender: string,
  slots: readonly GivenSlot[],
  reached: number,
): Promise<void> {
  const next = new Map(slots.map(({ clinicId, turn }) => [clinicId, turn + 1]));
  await db
    .insertInto("sender_turns")
    .values([...next].map(([clinic_id, next_turn]) => ({ sender, clinic_id, next_turn })))
    .onConflict((conflict) =>
      conflict
        .columns(["sender", "clinic_id"])
        .doUpdateSet((eb) => ({ next_turn: eb.ref("excluded.next_turn") })),
    )
    .execute();
  await db
    .deleteFrom("sender_turns")
    .where("sender", "=", sender)
    .where("next_turn", "<=", reached)
    .execute();
}

async function noteHours(
  db: Queries,
  sender: string,
  slots: readonly GivenSlot[],
  now: Date,
): Promise<void> {
  const counts = countByHour(slots.map(({ at }) => at));
  await db
    .insertInto("sender_hours")
    .values([...counts].map(([hour, sent]) => ({ sender, hour: new Date(hour), sent })))
    .onConflict((conflict) =>
      conflict.columns(["sender", "hour"]).doUpdateSet((eb) => ({
        sent: eb("sender_hours.sent", "+", eb.ref("excluded.sent")),
      })),
    )
    .execute();
  await db
    .deleteFrom("sender_hours")
    .where("sender", "=", sender)
    .where("hour", "<", aDayBefore(now))
    .execute();
}

/** Takes slots out of the day's count again whose messages did not get into the queue. */
export async function giveBackSlots(
  db: Queries,
  sender: string,
  slots: readonly Date[],
): Promise<void> {
  const hours = [...countByHour(slots)].toSorted(([one], [other]) => one - other);
  for (const [hour, count] of hours) {
    await db
      .updateTable("sender_hours")
      .set(({ eb }) => ({ sent: eb("sent", "-", count) }))
      .where("sender", "=", sender)
      .where("hour", "=", new Date(hour))
      .execute();
  }
}

/** By the beginning of each hour of UTC, how many of the instants are in it. */
function countByHour(instants: readonly Date[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const at of instants) {
    const hour = hourOf(at.getTime());
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  return counts;
}

/** The beginning of an hour of UTC. */
const hourOf = (ms: number) => Math.floor(ms / HOUR_MS) * HOUR_MS;

/** The beginning of the hour in which the last 24 hours began. */
const aDayBefore = (now: Date) => new Date(hourOf(now.getTime()) - 24 * HOUR_MS);
