import { afterUndelivered, endedAs, type Failure, type Move, type SendState } from "./outcome.ts";
import type { ReminderStatus } from "./reminder.ts";

/** Where an attempt stands. */
export const ATTEMPT_STATUSES = [
  "sending",
  "unknown",
  "sent",
  "delivered",
  "undelivered",
  "failed",
] as const;

export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** What a provider's word means for an attempt; null where it means nothing beyond being kept. */
export type ReceiptMeaning =
  | { status: "sent" | "delivered" }
  | { status: "undelivered"; failure: Failure }
  | null;

/**
 * Receipts come in any order and more than once. A word only counts where it says more than what is
 * known: a late "sent" says nothing of a message that was delivered, and the first end stands.
 */
const RANK: Readonly<Record<AttemptStatus, number>> = {
  sending: 0,
  unknown: 0,
  sent: 1,
  delivered: 2,
  undelivered: 2,
  failed: 2,
};

/** True where `word` says more of an attempt than `known`. */
export function saysMore(word: AttemptStatus, known: AttemptStatus): boolean {
  return RANK[word] > RANK[known];
}

/** True where nobody knew whether the attempt had gone out. */
export function inDoubt(attempt: AttemptStatus): boolean {
  return RANK[attempt] === 0;
}

/** From where a reminder may go out again: proof of an earlier attempt ends that. */
export const GOES_ON: readonly ReminderStatus[] = ["scheduled", "queued", "sending", "unknown"];

/** A reminder, and the attempt of it that a receipt speaks of. */
export interface ReceiptState extends SendState {
  status: ReminderStatus;
  attempt: AttemptStatus;
  /** Whether nothing has been sent of this reminder since. */
  latest: boolean;
}

/**
 * Where a reminder goes by a receipt, or null where it stays. Proof that an attempt in doubt did go
 * out also stops the reminder from going out once more, even where a later send is under way: that
 * one cannot be called back, but it is not repeated.
 */
export function afterReceipt(
  state: ReceiptState,
  meaning: NonNullable<ReceiptMeaning>,
  now: Date,
  random: number,
): Move | null {
  if (!saysMore(meaning.status, state.attempt)) return null;
  const { status } = state;
  if (meaning.status === "delivered") {
    // The patient has it, whichever attempt brought it, and whatever was to follow.
    const open = status === "sent" || GOES_ON.includes(status);
    return open ? endedAs(state, "delivered", null) : null;
  }
  if (state.latest && (status === "sending" || status === "unknown" || status === "sent")) {
    return meaning.status === "undelivered"
      ? afterUndelivered(state, meaning.failure, now, random)
      : endedAs(state, meaning.status, null);
  }
  const proves = inDoubt(state.attempt) && meaning.status === "sent";
  return proves && GOES_ON.includes(status) ? endedAs(state, meaning.status, null) : null;
}
