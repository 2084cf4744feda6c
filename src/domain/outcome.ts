import type { ChannelName } from "./channel.ts";
import type { ReminderStatus } from "./reminder.ts";
import { earlierOf, nextOpening, type SendWindow } from "./sendWindow.ts";

/** What came of a send. `code` is the provider's own; `detail` holds no address and no text. */
export type SendOutcome =
  | { kind: "sent"; providerId: string; delivered: boolean }
  /** The request may have been taken; only the provider knows. */
  | { kind: "unknown"; code: string; detail: string }
  | Failure;

/**
 * Why a message did not reach the patient: a provider's answer, or its receipt later. `dead` says
 * that the provider knows the address to take no messages at all.
 */
export type Failure =
  /** It may well arrive later; `of` tells whose trouble it is: the provider's, or this message's. */
  | { kind: "transient"; code: string; detail: string; of: "provider" | "message" }
  | { kind: "rateLimited"; code: string; detail: string; retryAfterMs: number | null }
  /** Not at this hour, where the patient is. */
  | { kind: "quietHours"; code: string; detail: string }
  /** The clinic's account or sender is at fault: the same for each message, until somebody mends it. */
  | { kind: "accountFault"; code: string; detail: string }
  | { kind: "permanent"; code: string; detail: string; reason: PermanentReason; dead: boolean };

/** Whether a provider says that the patient said stop to it: the same event as a STOP to us. */
export function saysOptedOut(outcome: SendOutcome): outcome is Failure {
  return outcome.kind === "permanent" && outcome.reason === "opted_out";
}

/** Why a send must not be tried again on this channel. */
export type PermanentReason =
  | "bad_address"
  | "opted_out"
  | "filtered"
  | "refused"
  | "no_postal_address";

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
  /** Set where it is to be sent at another time than before. */
  dueAt: Date | null;
  sendUntil: Date | null;
  /** Set where its channels were chosen anew. */
  channels?: readonly ChannelName[];
}

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;

/** How long a message waits that came at a quiet hour, although our own window is open. */
const QUIET_MS = 3_600_000;

/** How long a message waits that met a fault of its clinic's account. */
const ACCOUNT_FAULT_MS = 300_000;

/** How often a message in doubt goes out again where its provider cannot be asked about it. */
const MOST_RESENDS = 2;

/** Troubles that are worth one more try and no further: Twilio's "unknown error" of a carrier. */
const WORTH_ONE_RETRY: ReadonlySet<string> = new Set(["30008"]);

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
    case "rateLimited":
    case "quietHours":
    case "accountFault":
    case "permanent":
      return afterFailure(state, outcome, now, random) ?? endOf(state, outcome);
  }
}

/**
 * Where a reminder goes that its provider had taken and then could not deliver: like a failed send,
 * but that it ends as `undelivered` where nothing is left to try.
 */
export function afterUndelivered(
  state: SendState,
  failure: Failure,
  now: Date,
  random: number,
): Move {
  const reason = failure.kind === "permanent" ? failure.reason : failure.code;
  return afterFailure(state, failure, now, random) ?? endedAs(state, "undelivered", reason);
}

/** The next try within the staleness budget, on this channel or the next; null where there is none. */
function afterFailure(state: SendState, failure: Failure, now: Date, random: number): Move | null {
  const { channel, retries } = state;
  switch (failure.kind) {
    case "transient":
      if (WORTH_ONE_RETRY.has(failure.code) && retries > 0) {
        return nextChannel(state, failure.code, now);
      }
      return retried(state, failure.code, now, backoffMs(retries, random));
    case "rateLimited": {
      const wait = Math.max(failure.retryAfterMs ?? 0, backoffMs(retries, random));
      return retried(state, failure.code, now, wait);
    }
    case "quietHours":
      return scheduledFrom(state, later(now, QUIET_MS), channel, retries, failure.code);
    case "accountFault":
      // Its channel is paused: the reminder waits, and has used up none of its tries. Another one
      // tries the channel next, in case that the fault lies in where this one goes.
      return scheduledFrom(state, later(now, ACCOUNT_FAULT_MS), channel, retries, failure.code);
    case "permanent":
      // Who said stop is not to be reached in another way instead.
      return failure.reason === "opted_out" ? null : nextChannel(state, failure.reason, now);
  }
}

function endOf(state: SendState, failure: Failure): Move {
  if (failure.kind !== "permanent") return endedAs(state, "failed", failure.code);
  const { reason } = failure;
  return endedAs(state, reason === "opted_out" ? "skipped" : "failed", reason);
}

/** A message that waits for the next opening, and why; or that has gone stale by then. */
export function postponed(
  state: SendState,
  earliest: Date,
  reason: "channel_paused" | "outside_hours" | null,
): Move {
  return (
    scheduledFrom(state, earliest, state.channel, state.retries, reason) ??
    endedAs(state, "skipped", "expired")
  );
}

/** A message that cannot go by its channel: it goes by the next one, or is skipped. */
export function overToNextChannel(
  state: SendState,
  reason: "no_address" | "bad_address",
  now: Date,
): Move {
  return nextChannel(state, reason, now) ?? endedAs(state, "skipped", "no_address");
}

/** A message that was handed over and goes back to wait as it is. */
export function held(state: SendState, reason: string): Move {
  return endedAs(state, "scheduled", reason);
}

/**
 * A message whose send may have come to nothing goes out again, later each time; where nobody can
 * say whether it did, only so often, because each time may be one too many.
 */
export function resent(state: SendState, askable: boolean, now: Date, random: number): Move {
  const again = askable || state.retries < MOST_RESENDS;
  const wait = backoffMs(state.retries, random);
  const move = again ? retried(state, "unknown", now, wait) : null;
  return move ?? endedAs(state, "failed", "never_settled");
}

/** Once the tries on this channel no longer fit into the budget, the next one may still reach. */
function retried(state: SendState, code: string, now: Date, waitMs: number): Move | null {
  const { channel, retries } = state;
  return (
    scheduledFrom(state, later(now, waitMs), channel, retries + 1, code) ??
    nextChannel(state, code, now)
  );
}

function nextChannel(state: SendState, reason: string, now: Date): Move | null {
  const next = state.channels[state.channels.indexOf(state.channel) + 1];
  return next ? scheduledFrom(state, now, next, 0, reason) : null;
}

/** Due at the next opening from `earliest` on, as far as the staleness budget goes. */
export function scheduledFrom(
  state: SendState,
  earliest: Date,
  channel: ChannelName,
  retries: number,
  reason: string | null,
): Move | null {
  const opening = nextOpening(state.window, state.timeZone, earliest);
  if (opening === null || opening.from >= state.expiresAt) return null;
  const sendUntil = earlierOf(opening.until, state.expiresAt);
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

const later = (instant: Date, ms: number) => new Date(instant.getTime() + ms);
