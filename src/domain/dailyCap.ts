import { DAY_MS, instantShowing, startOfDay, wallClockAt } from "./localTime.ts";
import type { StepKind } from "./protocol.ts";
import { nextOpening, type Opening, type SendWindow } from "./sendWindow.ts";

/** The most messages that a patient gets on a local day, until a clinic chooses another number. */
export const DEFAULT_DAILY_CAP = 3;

/** A message as the cap sees it. */
export interface Counted {
  id: string;
  kind: StepKind;
  trueAt: Date;
  dueAt: Date;
  expiresAt: Date;
  /** It has gone out, or is on its way: when. Null while it waits. */
  claimedAt: Date | null;
  /** The hours in which it may be sent, and the patient's zone. */
  window: SendWindow;
  timeZone: string;
}

/** Whether the cap counts a message: what keeps skin from harm always goes out. */
export function isCapped(kind: StepKind): boolean {
  return kind !== "caution" && kind !== "retraction";
}

/** When a message that is not sent on the local day of `now` could go next; null where never. */
export function nextDayOpening(message: Counted, now: Date): Opening | null {
  const { timeZone, window, expiresAt } = message;
  const tomorrow = startOfDay(wallClockAt(now.getTime(), timeZone)) + DAY_MS;
  const opening = nextOpening(window, timeZone, new Date(instantShowing(tomorrow, timeZone)));
  return opening !== null && opening.from < expiresAt ? opening : null;
}

/**
 * Those of one patient's messages that are too many for the local day of `now`, in no order: of all
 * that is due on it or has gone out on it, what comes after the first `cap`. First comes what has
 * gone out; then what could not go on any later day; then the more urgent.
 */
export function tooMany(messages: readonly Counted[], cap: number, now: Date): Counted[] {
  const ofToday = messages.filter((each) => isCapped(each.kind) && isOnDay(each, now));
  if (ofToday.length <= cap) return [];
  return ofToday
    .map((each) => ({ each, rank: [...rankOf(each, now), each.trueAt.getTime()] }))
    .toSorted(
      (one, other) => compare(one.rank, other.rank) || (one.each.id < other.each.id ? -1 : 1),
    )
    .slice(cap)
    .filter(({ each }) => each.claimedAt === null)
    .map(({ each }) => each);
}

/**
 * Moves what is too much for a local day to a later one, day by day. By the id of each message that
 * is moved: its new opening, or null where it would be stale by then.
 */
export function spreadOverDays(
  messages: readonly Counted[],
  cap: number,
): Map<string, Opening | null> {
  const moved = new Map<string, Opening | null>();
  let all = messages.filter(({ kind }) => isCapped(kind));
  for (;;) {
    const waiting = all.filter(({ claimedAt }) => claimedAt === null);
    if (waiting.length === 0) return moved;
    const now = new Date(Math.min(...waiting.map(({ dueAt }) => dueAt.getTime())));
    const surplus = new Set(tooMany(all, cap, now));
    all = all.flatMap((each) => {
      if (!surplus.has(each)) {
        const stays = each.claimedAt === null && isOnDay(each, now);
        return [stays ? { ...each, claimedAt: each.dueAt } : each];
      }
      const opening = nextDayOpening(each, now);
      moved.set(each.id, opening);
      return opening === null ? [] : [{ ...each, dueAt: opening.from }];
    });
  }
}

/** How many local days lie between two instants. */
export function daysBetween(one: Date, other: Date, timeZone: string): number {
  return Math.round((dayOf(other, timeZone) - dayOf(one, timeZone)) / DAY_MS);
}

function isOnDay({ claimedAt, dueAt, timeZone }: Counted, now: Date): boolean {
  if (claimedAt !== null) return dayOf(claimedAt, timeZone) === dayOf(now, timeZone);
  return dayOf(dueAt, timeZone) <= dayOf(now, timeZone);
}

/** A permission that comes late keeps a patient from something; a rebooking keeps nobody. */
const URGENCY: Readonly<Record<StepKind, number>> = {
  caution: 0,
  retraction: 0,
  permission: 1,
  checkin: 2,
  expectation: 3,
  rebook: 4,
};

function rankOf(message: Counted, now: Date): number[] {
  if (message.claimedAt !== null) return [0, 0];
  return [nextDayOpening(message, now) === null ? 1 : 2, URGENCY[message.kind]];
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

function dayOf(instant: Date, timeZone: string): number {
  return startOfDay(wallClockAt(instant.getTime(), timeZone));
}
