import { endedAs, type Move, overToNextChannel, postponed, type SendState } from "./outcome.ts";
import type { ReminderStatus } from "./reminder.ts";

/** A queue's word for one hand-over of one reminder; all that a job carries. */
export interface Ticket {
  reminderId: string;
  dispatchNo: number;
}

/** A reminder at the moment at which a claim on it was refused. */
export interface RefusedState extends SendState {
  status: ReminderStatus;
  dispatchNo: number;
  dueAt: Date;
  sendUntil: Date;
  optedOut: boolean;
  /** Cancelled while this reminder was leaving: it must not leave again. */
  treatmentCancelled: boolean;
}

/** What a refused claim leads to. */
export type RefusedClaim =
  /** The ticket is of the past: cancelled, sent, or handed over anew since. Nothing to do. */
  | { kind: "void" }
  /** The job came before its time, by a clock that runs ahead. */
  | { kind: "early"; waitMs: number }
  | { kind: "move"; move: Move };

/** Why a reminder could not be claimed with `ticket` at `now`, and where it goes from there. */
export function refusedClaim(state: RefusedState, ticket: Ticket, now: Date): RefusedClaim {
  if (state.status !== "queued" || state.dispatchNo !== ticket.dispatchNo) return { kind: "void" };
  if (state.treatmentCancelled) {
    return { kind: "move", move: endedAs(state, "cancelled", "treatment_cancelled") };
  }
  if (state.optedOut) {
    // A clock that runs ahead may have brought the job here before its time.
    const earliest = now > state.dueAt ? now : state.dueAt;
    return { kind: "move", move: overToNextChannel(state, "opted_out", earliest) };
  }
  if (now >= state.sendUntil) return { kind: "move", move: postponed(state, now) };
  const waitMs = state.dueAt.getTime() - now.getTime();
  if (waitMs > 0) return { kind: "early", waitMs };
  // The claim was refused for what has changed since; look again as if it had been early.
  return { kind: "early", waitMs: 1_000 };
}
