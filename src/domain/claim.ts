import { type AmongOthers, besideOthers } from "./nearby.ts";
import { endedAs, held, type Move, overToNextChannel, postponed } from "./outcome.ts";
import type { ReminderStatus } from "./reminder.ts";
import { isOpen } from "./sendWindow.ts";

/** A queue's word for one hand-over of one reminder; all that a job carries. */
export interface Ticket {
  reminderId: string;
  dispatchNo: number;
}

/** A reminder with all that decides whether it can be claimed. */
export interface ClaimState extends AmongOthers {
  status: ReminderStatus;
  dispatchNo: number;
  sendUntil: Date;
  /** Planned for a patient at the desk, at whatever hour. */
  anyHour: boolean;
  /** The number or address for its channel; null where the patient has none any more. */
  to: string | null;
  optedOut: boolean;
  /** A permission whose patient told of an alarming sign. */
  paused: boolean;
  /** Known to take no messages. */
  deadAddress: boolean;
  /** Its channel is paused, and this is not the message that is to try it. */
  held: boolean;
  /** Cancelled while this reminder was leaving: it must not leave again. */
  treatmentCancelled: boolean;
}

/** Whether a reminder can be claimed. */
export type ClaimDecision =
  | { kind: "claim"; to: string }
  /** The ticket is of the past: cancelled, sent, or handed over anew since. Nothing to do. */
  | { kind: "void" }
  /** The job came before its time, by a clock that runs ahead. */
  | { kind: "early"; waitMs: number }
  | { kind: "move"; move: Move };

/** Whether a reminder can be claimed with `ticket` at `now`, and where it goes if it cannot. */
export function decideClaim(state: ClaimState, ticket: Ticket, now: Date): ClaimDecision {
  if (state.status !== "queued" || state.dispatchNo !== ticket.dispatchNo) return { kind: "void" };
  if (state.treatmentCancelled) {
    return { kind: "move", move: endedAs(state, "cancelled", "treatment_cancelled") };
  }
  const waitMs = state.dueAt.getTime() - now.getTime();
  if (waitMs > 0) return { kind: "early", waitMs };
  // Looked at once more: since it was planned, the patient may have moved, or the clinic's hours may.
  const open = state.anyHour || isOpen(state.window, state.timeZone, now);
  if (!open || now >= state.sendUntil) {
    const reason = state.held ? "channel_paused" : "outside_hours";
    return { kind: "move", move: postponed(state, now, reason) };
  }
  // A stop is a stop: what was to go by this channel does not go by another one instead.
  if (state.optedOut) return { kind: "move", move: endedAs(state, "skipped", "opted_out") };
  if (state.paused) return { kind: "move", move: endedAs(state, "skipped", "paused") };
  if (state.to === null) return overTo(state, "no_address", now);
  if (state.deadAddress) return overTo(state, "bad_address", now);
  const move = besideOthers(state, now);
  if (move !== null) return { kind: "move", move };
  if (state.held) return { kind: "move", move: held(state, "channel_paused") };
  return { kind: "claim", to: state.to };
}

function overTo(
  state: ClaimState,
  reason: Parameters<typeof overToNextChannel>[1],
  now: Date,
): ClaimDecision {
  return { kind: "move", move: overToNextChannel(state, reason, now) };
}
