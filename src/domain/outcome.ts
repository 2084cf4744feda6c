import type { ChannelName } from "./channel.ts";
import type { ReminderStatus } from "./reminder.ts";
import { nextOpening, type SendWindow } from "./sendWindow.ts";

/** What came of a send. `code` is the provider's own; `detail` holds no address and no text. */
export type SendOutcome =
  | { kind: "sent"; providerId: string; delivered: boolean }
  | { kind: "transient"; code: string; detail: string }
  | { kind: "rateLimited"; code: string; detail: string; retryAfterMs: number | null }
  | { kind: "permanent"; code: string; detail: string; reason: PermanentReason }
  | { kind: "unknown"; code: string; detail: string };

/** Why a send must not be tried again on this channel. */
export type PermanentReason = "bad_address" | "opted_out" | "filtered" | "refused";

/** What decides when, and over what, a reminder can still be sent. */
export interface SendState {
  channel: ChannelName;
  /** The channels of this reminder in order; those after `channel` are its fallbacks. */
  channels: readonly ChannelName[];
  /** The patient's zone, and the hours in which the step may be sent from here on. */
  timeZone: string;
  window: SendWindow;
  expiresAt: Date;
  /** Tries on this channel that ended transient. */
  retries: number;
}

/** Where a reminder goes next. */
export interface Move {
  status: ReminderStatus;
  reason: string | null;
  channel: ChannelName;
  retries: number;
  /** Set where it is to be sent later; both null where it has ended or waits to be settled. */
  dueAt: Date | null;
  sendUntil: Date | null;
}

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;

/**
 * Where a reminder goes after a send at `now`: sent, tried again later within its staleness budget,
 * over to its next channel, or ended. `random` is in [0, 1) and spreads retries, so that an outage
 * does not end in a burst.
 */
export function afterSend(state: SendState, outcome: SendOutcome, now: Date, random: number): Move {
  switch (outcome.kind) {
    case "sent":
      return endedAs(state, outcome.delivered ? "delivered" : "sent", null);
    case "unknown":
      return endedAs(state, "unknown", outcome.code);
    case "transient":
      return retried(state, outcome.code, now, backoffMs(state.retries, random));
    case "rateLimited": {
      const wait = Math.max(outcome.retryAfterMs ?? 0, backoffMs(state.retries, random));
      return retried(state, outcome.code, now, wait);
    }
    case "permanent":
      return overToNextChannel(state, outcome.reason, now);
  }
}

/** A message that waits for the next opening, or that has gone stale by then. */
export function postponed(state: SendState, earliest: Date): Move {
  return (
    scheduledFrom(state, earliest, state.channel, state.retries, null) ??
    endedAs(state, "skipped", "expired")
  );
}

/** The next of a reminder's channels; the end of it where there is none. */
export function overToNextChannel(state: SendState, reason: PermanentReason, now: Date): Move {
  const next = state.channels[state.channels.indexOf(state.channel) + 1];
  const moved = next && scheduledFrom(state, now, next, 0, reason);
  return moved ?? endedAs(state, reason === "opted_out" ? "skipped" : "failed", reason);
}

/** How often a message in doubt goes out again where its provider cannot be asked about it. */
const MOST_RESENDS = 2;

/**
 * A message whose send may have come to nothing goes out again, later each time; where nobody can
 * say whether it did, only so often, because each time may be one too many.
 */
export function resent(state: SendState, askable: boolean, now: Date, random: number): Move {
  if (!askable && state.retries >= MOST_RESENDS) return endedAs(state, "failed", "never_settled");
  return retried(state, "unknown", now, backoffMs(state.retries, random));
}

function retried(state: SendState, code: string, now: Date, waitMs: number): Move {
  const again = new Date(now.getTime() + waitMs);
  return (
    scheduledFrom(state, again, state.channel, state.retries + 1, code) ??
    endedAs(state, "failed", code)
  );
}

function scheduledFrom(
  state: SendState,
  earliest: Date,
  channel: ChannelName,
  retries: number,
  reason: string | null,
): Move | null {
  const opening = nextOpening(state.window, state.timeZone, earliest);
  if (opening === null || opening.from >= state.expiresAt) return null;
  const sendUntil = opening.until < state.expiresAt ? opening.until : state.expiresAt;
  return { status: "scheduled", reason, channel, retries, dueAt: opening.from, sendUntil };
}

/** The end of a reminder, or `unknown`: nothing more is sent unless something else happens. */
export function endedAs(state: SendState, status: ReminderStatus, reason: string | null): Move {
  const { channel, retries } = state;
  return { status, reason, channel, retries, dueAt: null, sendUntil: null };
}

/** 30 s, 1 min, 2 min … at most an hour, each give or take a fifth. */
function backoffMs(retries: number, random: number): number {
  const base = Math.min(FIRST_RETRY_MS * 2 ** retries, LONGEST_RETRY_MS);
  return Math.round(base * (0.8 + 0.4 * random));
}
