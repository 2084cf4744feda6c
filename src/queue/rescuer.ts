import type { LookupOutcome } from "../channels/channel.ts";
import type { Ticket } from "../domain/claim.ts";
import { endedAs, type Move, resent } from "../domain/outcome.ts";
import { type Deliverable, loadDeliverables } from "../ledger/deliverables.ts";
import {
  giveUpSending,
  rescueQueued,
  type StuckTicket,
  skipStale,
  takeStuckQueued,
  takeUnknown,
  type Unsettled,
} from "../ledger/rescue.ts";
import { moveUnsaid } from "../ledger/unsaid.ts";
import { type Delivery, recordOutcome } from "./deliver.ts";
import { type Loop, startLoop } from "./loop.ts";

const BATCH = 500;

/** Unknown outcomes asked about side by side: a provider that is down answers none in its time. */
const ASKED_AT_ONCE = 100;

/** How long, in milliseconds of the clock, the rescuer leaves things alone. */
export interface RescueTimes {
  /** A reminder handed over and due this long ago, and still not claimed, may have lost its job. */
  queuedGraceMs: number;
  /** A send whose outcome has not been recorded for this long has lost its worker. */
  sendingLeaseMs: number;
  /** An unknown outcome is asked about this long after the last time. */
  askAgainMs: number;
}

export const RESCUE_TIMES: RescueTimes = {
  queuedGraceMs: 30_000,
  // Longer than a send can take, with the time within which it has to begin after its claim.
  sendingLeaseMs: 60_000,
  // By then a request that was cut off has arrived, or never will.
  askAgainMs: 30_000,
};

export interface RescuerOptions {
  delivery: Delivery;
  /** Which of these the queue does not have any more, or not for now. */
  lostJobs: (tickets: readonly StuckTicket[]) => Promise<Ticket[]>;
  times: RescueTimes;
  /** How often it looks, in real milliseconds. */
  everyMs: number;
  onError: (error: unknown) => void;
}

/** Finds reminders that a crash or a lost queue left behind, and sets them going again. */
export function startRescuer(options: RescuerOptions): Loop {
  const round = (isStopping: () => boolean) => rescue(options, isStopping);
  return startLoop(round, options.everyMs, options.onError);
}

async function rescue(options: RescuerOptions, isStopping: () => boolean): Promise<void> {
  const { delivery, times, onError } = options;
  const { ledger, clock, metrics } = delivery;
  const now = clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);

  /** Repeats a batch until one is not full, or it is to stop. */
  const all = async (batch: () => Promise<number>) => {
    while ((await batch()) >= BATCH && !isStopping());
  };
  await all(() => skipStale(ledger, BATCH, now));
  await all(async () => {
    const sending = await giveUpSending(ledger, ago(times.sendingLeaseMs), BATCH, now);
    metrics.rescued.inc({ from: "sending" }, sending);
    return sending;
  });
  await all(async () => {
    const stuck = await takeStuckQueued(ledger, ago(times.queuedGraceMs), BATCH, now);
    const lost = stuck.length === 0 ? [] : await options.lostJobs(stuck);
    metrics.rescued.inc({ from: "queued" }, await rescueQueued(ledger, lost, now));
    return stuck.length;
  });
  // Last, because a provider may take its time; and no more of it than it answers.
  let answered: boolean;
  do {
    const unknown = await takeUnknown(ledger, ago(times.askAgainMs), ASKED_AT_ONCE, now);
    answered = await settleAll(delivery, unknown, onError);
  } while (answered && !isStopping());
}

/** Settles what can be; false where there was nothing, or no provider answered about any of it. */
async function settleAll(
  delivery: Delivery,
  unknown: readonly Unsettled[],
  onError: (error: unknown) => void,
): Promise<boolean> {
  if (unknown.length === 0) return false;
  const ids = unknown.map(({ reminderId }) => reminderId);
  const states = await loadDeliverables(delivery.ledger.db, ids, delivery.clock.now());
  const answered = await Promise.all(
    unknown.map(async (unsettled) => {
      const state = states.find(({ reminderId }) => reminderId === unsettled.reminderId);
      if (state === undefined) return false;
      // One that cannot be settled must not keep the others waiting.
      return settle(delivery, unsettled, state).catch((error: unknown) => {
        onError(error);
        return false;
      });
    }),
  );
  return answered.includes(true);
}

/**
 * Settles a send that may or may not have gone out: the provider is asked. Where it has the
 * message, that was the send; where it has not, or cannot be asked at all, the message goes out
 * again under the same key; while it does not answer, nothing is sent, and the result is false.
 */
async function settle(
  delivery: Delivery,
  unsettled: Unsettled,
  state: Deliverable,
): Promise<boolean> {
  const { clock, channels } = delivery;
  const { to, text, attemptId, dispatchNo, startedAt, notThese } = unsettled;
  const ask = () => {
    if (to === null) return UNASKABLE;
    // Without a text there was nothing to send.
    return text === null
      ? ABSENT
      : channels[state.channel].lookup({ to, text, notThese }, startedAt);
  };
  const answer = await ask();
  const now = clock.now();
  switch (answer.kind) {
    case "found": {
      const { providerId } = answer;
      // Of the attempt that was asked about: the reminder may have gone on meanwhile.
      const claimed = { ...state, dispatchNo, attemptId, to: to ?? "" };
      const outcome = { kind: "sent" as const, providerId, delivered: false };
      const how = { asked: false, actor: "rescuer", event: "adopted" };
      await recordOutcome(delivery, claimed, outcome, how);
      return true;
    }
    case "absent":
    case "cannot_ask": {
      const askable = answer.kind === "absent";
      const next = resent(state, askable, now, Math.random());
      const why = askable ? "not at the provider" : "the provider cannot be asked";
      await move(delivery, state, next, { event: "resent", detail: { why } });
      return true;
    }
    case "no_answer":
      if (now >= state.expiresAt) {
        await move(delivery, state, endedAs(state, "failed", "never_settled"));
      }
      return false;
  }
}

const ABSENT: LookupOutcome = { kind: "absent" };
const UNASKABLE: LookupOutcome = { kind: "no_answer", detail: "it is not known what was sent" };

async function move(
  delivery: Delivery,
  state: Deliverable,
  to: Move,
  told: { event: string; detail: Record<string, unknown> } | null = null,
): Promise<void> {
  const event = to.status === "scheduled" ? told : null;
  const request = { ...state, from: ["unknown" as const], move: to, actor: "rescuer", ...event };
  const { ledger, clock } = delivery;
  await moveUnsaid(ledger, request, clock.now());
}
