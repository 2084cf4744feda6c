import type { ChannelName } from "./channel.ts";
import { type Counted, isCapped, nextDayOpening, tooMany } from "./dailyCap.ts";
import { endedAs, type Move, type SendState } from "./outcome.ts";
import type { StepKind } from "./protocol.ts";
import { earlierOf } from "./sendWindow.ts";

/** Another reminder of the same patient that waits, or has gone out. */
export interface Nearby {
  id: string;
  treatmentId: string;
  channel: ChannelName;
  kind: StepKind;
  topics: readonly string[];
  trueAt: Date;
  dueAt: Date;
  expiresAt: Date;
  /** When it was claimed last; null where it has never left. */
  claimedAt: Date | null;
  /** Whether it still waits to be sent. */
  waits: boolean;
  /** Whether its provider said that it did not arrive. */
  undelivered: boolean;
}

/** A reminder among those of its patient. */
export interface AmongOthers extends SendState {
  reminderId: string;
  treatmentId: string;
  kind: StepKind;
  topics: readonly string[];
  trueAt: Date;
  dueAt: Date;
  nearby: readonly Nearby[];
  /** The most messages on one local day of the patient. */
  cap: number;
}

/**
 * What a patient's other messages do to one that could be sent at `now`; null where it goes. After
 * an outage the same holds as for one who is enrolled late: of what is due, only the latest of each
 * topic is sent, and what is too much for the day goes on another.
 */
export function besideOthers(state: AmongOthers, now: Date): Move | null {
  if (isOvertaken(state, now)) return endedAs(state, "skipped", "collapsed");
  if (!isCapped(state.kind)) return null;
  const own = counted(state, { ...state, id: state.reminderId, claimedAt: null });
  const all = [own, ...state.nearby.map((each) => counted(state, each))];
  if (!tooMany(all, state.cap, now).includes(own)) return null;
  const opening = nextDayOpening(own, now);
  if (opening === null) return endedAs(state, "skipped", "expired");
  const { expiresAt, channel, retries } = state;
  const sendUntil = earlierOf(opening.until, expiresAt);
  const dueAt = opening.from;
  return { status: "scheduled", reason: "daily_cap", channel, retries, dueAt, sendUntil };
}

/**
 * Whether each of its topics has a message of its treatment that became true later, and has gone
 * out, or goes as surely as this one does. What another treatment says is about other skin. Nor does
 * a retraction overtake anything: whatever made one has made the plan again, and what that left
 * standing is true.
 */
function isOvertaken(state: AmongOthers, now: Date): boolean {
  const { topics, trueAt, treatmentId, channel } = state;
  const later = state.nearby.filter((each) => {
    const speaks = each.treatmentId === treatmentId && each.kind !== "retraction";
    return speaks && each.trueAt > trueAt && each.trueAt <= now && isSaid(each, channel, now);
  });
  return topics.every((topic) => later.some((each) => each.topics.includes(topic)));
}

/** What waits for another channel may be held up there, or meet a dead address. */
function isSaid(each: Nearby, channel: ChannelName, now: Date): boolean {
  if (!each.waits) return !each.undelivered;
  if (each.channel !== channel) return false;
  return each.dueAt <= now && each.expiresAt > now;
}

function counted(
  { window, timeZone }: AmongOthers,
  each: Pick<Nearby, "id" | "kind" | "trueAt" | "dueAt" | "expiresAt" | "claimedAt"> & {
    waits?: boolean;
  },
): Counted {
  const { id, kind, trueAt, dueAt, expiresAt, claimedAt } = each;
  const left = each.waits === false ? claimedAt : null;
  return { id, kind, trueAt, dueAt, expiresAt, claimedAt: left, window, timeZone };
}
