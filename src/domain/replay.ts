import type { ChannelName } from "./channel.ts";
import type { ChannelChoice } from "./consent.ts";
import { endedAs, type Move, type SendState, scheduledFrom } from "./outcome.ts";
import { CANCELLABLE, type ReminderStatus, type SkipReason } from "./reminder.ts";

/** A reminder with all that decides what a person may do with it. */
export interface ActionState extends SendState {
  status: ReminderStatus;
  statusReason: string | null;
  /** When it came to its status. */
  changedAt: Date;
  dueAt: Date;
  /** When its step became true, or will. */
  trueAt: Date;
  treatmentCancelled: boolean;
  /** A permission whose patient told of an alarming sign. */
  paused: boolean;
  /** Whether one of its attempts is known to have arrived. */
  arrived: boolean;
  /** Its channels, chosen anew from what is known of the patient at present. */
  choice: ChannelChoice;
}

/** Why a person may not do something with a reminder; for programs, so the words never change. */
export type RefusalCode =
  | SkipReason
  | "already_delivered"
  | "already_due"
  | "already_ended"
  | "already_sending"
  | "cancelled"
  | "in_doubt"
  | "just_sent"
  | "not_ended"
  | "outside_window"
  | "too_early";

export interface Refusal {
  code: RefusalCode;
  /** When it may be done, where it only is too early for it. */
  from?: Date;
}

/** What comes of a person's wish: where the reminder goes, or why it stays. */
export type ActionDecision =
  | {
      kind: "move";
      move: Move;
      /** Channels whose dead address is to be tried again. */
      revive: readonly ChannelName[];
    }
  | { kind: "refused"; refusal: Refusal };

/**
 * A message that was sent so lately may still arrive: nobody can say yet that nothing came. It also
 * keeps two who replay one failed reminder, the second a little later, from sending it twice.
 */
export const JUST_SENT_MS = 120_000;

/** Whether a reminder can be cancelled: as long as it waits. */
export function decideCancel(state: ActionState): ActionDecision {
  const { status } = state;
  if (CANCELLABLE.includes(status)) return moved(endedAs(state, "cancelled", null));
  if (status === "cancelled") return refused("cancelled");
  return refused(
    status === "sending" || status === "unknown" ? "already_sending" : "already_ended",
  );
}

/**
 * Whether a reminder that has ended without reaching the patient can go out again at `now`, and if
 * so when: at the next opening since its step became true. It goes by the first channel that can be
 * used now. Where only addresses known to be dead are left, those are tried once more, because the
 * clinic says so. Consent, an opt-out, a cancel and the staleness budget stand, whoever asks.
 */
export function decideReplay(state: ActionState, now: Date): ActionDecision {
  const code = whyNotReplayed(state);
  if (code !== null) return refused(code);
  if (state.arrived) return refused("already_delivered");
  if (state.paused) return refused("paused");
  const settled = new Date(state.changedAt.getTime() + JUST_SENT_MS);
  if (state.status === "sent" && now < settled) return refused("just_sent", settled);

  const { usable, considered, skip } = state.choice;
  const dead = considered.filter(({ use }) => use === "dead_address").map((each) => each.channel);
  const [channels, revive] = usable.length > 0 ? [usable, []] : [dead, dead];
  const [channel] = channels;
  if (channel === undefined) return refused(skip ?? "no_consent");

  const move = scheduledFrom(state, latest(now, state.trueAt), channel, 0, null);
  return move === null ? refused("expired") : moved({ ...move, channels }, revive);
}

function whyNotReplayed({
  status,
  statusReason,
  treatmentCancelled,
}: ActionState): RefusalCode | null {
  switch (status) {
    case "scheduled":
    case "queued":
      return "not_ended";
    case "sending":
      return "already_sending";
    case "unknown":
      return "in_doubt";
    case "delivered":
      return "already_delivered";
    case "cancelled":
      return "cancelled";
    case "skipped":
      if (statusReason === "superseded" || statusReason === "collapsed") return statusReason;
      return treatmentCancelled ? "cancelled" : null;
    case "sent":
    case "undelivered":
    case "failed":
      return treatmentCancelled ? "cancelled" : null;
  }
}

/**
 * Whether a reminder that waits can become due at `now`: not before its step is true, nor outside
 * the send window. One that is due already stays as it is.
 */
export function decideSendNow(state: ActionState, now: Date): ActionDecision {
  const code = whyNotWaiting(state);
  if (code !== null) return refused(code);
  if (now < state.trueAt) return refused("too_early", state.trueAt);
  if (state.choice.skip !== null) return refused(state.choice.skip);
  if (state.paused) return refused("paused");

  const move = scheduledFrom(state, now, state.channel, state.retries, null);
  if (move === null || move.dueAt === null) return refused("expired");
  if (move.dueAt > now) return refused("outside_window", move.dueAt);
  return state.dueAt <= now ? refused("already_due") : moved(move);
}

function whyNotWaiting({ status, treatmentCancelled }: ActionState): RefusalCode | null {
  switch (status) {
    case "scheduled":
    case "queued":
      return treatmentCancelled ? "cancelled" : null;
    case "sending":
      return "already_sending";
    case "unknown":
      return "in_doubt";
    case "delivered":
      return "already_delivered";
    case "cancelled":
      return "cancelled";
    case "sent":
    case "undelivered":
    case "failed":
    case "skipped":
      return "already_ended";
  }
}

const moved = (move: Move, revive: readonly ChannelName[] = []): ActionDecision => ({
  kind: "move",
  move,
  revive,
});

const refused = (code: RefusalCode, from?: Date): ActionDecision => ({
  kind: "refused",
  refusal: from === undefined ? { code } : { code, from },
});

const latest = (one: Date, other: Date) => (one > other ? one : other);
