import { CHANNELS, type ChannelName } from "./channel.ts";
import type { StepKind } from "./protocol.ts";

/**
 * What a sender may send in a second by its kind, in message segments: a US long code 1 and a toll-free
 * number 3 (twilio.com/help/faq/twilio-basics/what-are-the-limits-on-outbound-calls-and-sms-messages-per-second,
 * support.twilio.com/hc/en-us/articles/4411046744987), a US short code "over 100"
 * (twilio.com/docs/api/errors/21611). A number that is registered for A2P 10DLC may have more, by its campaign.
 */
export const PER_SECOND_BY_KIND = { "long-code": 1, "toll-free": 3, "short-code": 100 } as const;

export type SenderKind = keyof typeof PER_SECOND_BY_KIND;

/** How fast one sender may send: a number, a messaging service, or an address that mail is from. */
export interface Pace {
  /** Names the sender in the ledger. */
  sender: string;
  perSecond: number;
  /** The most messages in any 24 hours; null where there is no such limit. */
  perDay: number | null;
}

/** The pace of each channel; a channel that is not here is not paced. */
export type Pacing = Partial<Record<ChannelName, Pace>>;

/** The channels that have a pace. */
export function pacedChannels(pacing: Pacing): ChannelName[] {
  return CHANNELS.filter((channel) => pacing[channel] !== undefined);
}

/** How far ahead of the present slots are given away, in milliseconds. */
export const SLOTS_AHEAD_MS = 5_000;

/**
 * How long after their slots messages may wait for a worker, in milliseconds, before no more slots are
 * given away: after an outage of the workers all of them would be sent at once.
 */
const LATE_MS = 10_000;

/**
 * How long after its due time a message is still in good time, in milliseconds, where a sender has more to
 * send than it may. What keeps skin from harm does not wait; a permission is asked for soon; the others can
 * wait for an hour. Within a clinic the first to pass its time goes first, so that nothing waits for ever.
 */
export const PATIENCE_MS: Readonly<Record<StepKind, number>> = {
  caution: 0,
  retraction: 0,
  permission: 5 * 60_000,
  expectation: 60 * 60_000,
  checkin: 60 * 60_000,
  rebook: 60 * 60_000,
};

/** The slot that is `count` slots after the one at `from`, on the next whole millisecond. */
export function slotAfter(from: Date, count: number, perSecond: number): Date {
  return new Date(from.getTime() + Math.ceil((count * 1_000) / perSecond));
}

/** How many slots there are from the one at `from` on and before `until`. */
export function countSlots(from: Date, until: Date, perSecond: number): number {
  const ms = until.getTime() - from.getTime();
  if (ms <= 0) return 0;
  // What a fraction of a millisecond adds or takes away is decided by the slots themselves.
  let count = Math.floor((ms * perSecond) / 1_000);
  while (slotAfter(from, count, perSecond) < until) count += 1;
  return count;
}

/** How many messages of a sender may be handed over and not claimed yet, before it has to wait. */
export function mostHandedOver(perSecond: number): number {
  return Math.ceil((perSecond * (SLOTS_AHEAD_MS + LATE_MS)) / 1_000);
}
