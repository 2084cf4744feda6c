import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pause } from "../domain/channelState.ts";
import { type Pacing, pacedChannels } from "../domain/pacing.ts";
import { listChannelStates } from "../ledger/channelStates.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type ReachedCap, reachedCaps } from "../ledger/senders.ts";
import {
  countComing,
  countGoneStale,
  countToday,
  type DayCount,
  type Today,
} from "../ledger/today.ts";
import { dayOf, dayStarts } from "./days.ts";

/** How many days ahead are shown. */
const DAYS_AHEAD = 14;

/** A clinic's day as it stands at one moment. */
export interface SeenDay {
  clinic: Clinic;
  /** The first instants of the local day and of the next. */
  from: Date;
  to: Date;
  today: Today;
  pauses: ReadonlyMap<ChannelName, Pause>;
  /** How many messages have gone out of date since a channel was paused. */
  stale: ReadonlyMap<ChannelName, number>;
  providers: Readonly<Record<ChannelName, string>>;
  /** The channels whose senders have a pace, and the caps on 24 hours that are reached. */
  paced: ReadonlySet<ChannelName>;
  caps: ReadonlyMap<ChannelName, ReachedCap>;
  /** What is planned for each of the next days, and when these begin. */
  coming: readonly DayCount[];
  comingStarts: readonly Date[];
}

export interface DayReader {
  ledger: Ledger;
  providers: Readonly<Record<ChannelName, string>>;
  pacing: Pacing;
}

/** Looks at a clinic's day. With `known`, what is to come on the next days is taken from there. */
export async function seeDay(
  { ledger: { db }, providers, pacing }: DayReader,
  clinic: Clinic,
  now: Date,
  known: SeenDay | null = null,
): Promise<SeenDay> {
  const span = { clinicId: clinic.id, ...dayOf(now, clinic.timeZone) };
  const comingStarts = dayStarts(now, clinic.timeZone, 1, DAYS_AHEAD + 1);
  const [today, states] = [await countToday(db, span, now), await listChannelStates(db, clinic.id)];
  const paced = new Set(pacedChannels(pacing));
  const caps = await reachedCaps(db, pacing, now);
  const pauses = new Map<ChannelName, Pause>();
  const stale = new Map<ChannelName, number>();
  for (const channel of CHANNELS) {
    const pause = states.find((each) => each.channel === channel)?.pause ?? null;
    if (pause === null) continue;
    pauses.set(channel, pause);
    stale.set(channel, await countGoneStale(db, clinic.id, channel, pause.since));
  }
  const still = known?.from.getTime() === span.from.getTime();
  const coming = still ? known.coming : await countComing(db, clinic.id, comingStarts);
  const { from, to } = span;
  return { clinic, from, to, today, pauses, stale, providers, paced, caps, coming, comingStarts };
}
