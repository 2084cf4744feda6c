import type { LookupOutcome, OutgoingMessage } from "../channels/channel.ts";
import { endedAs, type Move, resent } from "../domain/outcome.ts";
import type { Unsettled } from "../ledger/delivery.ts";
import { loadMovable, moveReminders } from "../ledger/moves.ts";
import { giveUpSending, rescueQueued, takeUnknown } from "../ledger/rescue.ts";
import { type Delivery, recordOutcome } from "./deliver.ts";
import { type Loop, startLoop } from "./loop.ts";
import { makeMessage } from "./message.ts";

const BATCH = 500;

/** Unknown outcomes asked about side by side: a provider that is down answers none in its time. */
const ASKED_AT_ONCE = 100;

/** How long, in milliseconds of the clock, the rescuer leaves things alone. */
export interface RescueTimes {
  /** A reminder handed over and due this long ago, and still not claimed, has lost its job. */
  queuedGraceMs: number;
  /** A send whose outcome has not been recorded for this long has lost its worker. */
  sendingLeaseMs: number;
  /** An unknown outcome is asked about this long after the last time. */
  askAgainMs: number;
}

export const RESCUE_TIMES: RescueTimes = {
  queuedGraceMs: 30_000,
  // Longer than any channel's own time-out: a worker that is alive has answered by then.
  sendingLeaseMs: 90_000,
  askAgainMs: 60_000,
};

export interface RescuerOptions {
  delivery: Delivery;
  times: RescueTimes;
  /** How often it looks, in real milliseconds. */
  everyMs: number;
  onError: (error: unknown) => void;
}

/** Finds reminders that a crash or a lost queue left behind, and sets them going again. */
export function startRescuer(options: RescuerOptions): Loop {
  return startLoop(() => rescue(options), options.everyMs, options.onError);
}

async function rescue({ delivery, times, onError }: RescuerOptions): Promise<void> {
  const { ledger, clock, metrics } = delivery;
  const now = clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const queued = await rescueQueued(ledger, ago(times.queuedGraceMs), BATCH, now);
  metrics.rescued.inc({ from: "queued" }, queued);
  const sending = await giveUpSending(ledger, ago(times.sendingLeaseMs), BATCH, now);
  metrics.rescued.inc({ from: "sending" }, sending);
  const unknown = await takeUnknown(ledger, ago(times.askAgainMs), ASKED_AT_ONCE, now);
  // One that cannot be settled must not keep the others waiting.
  await Promise.all(unknown.map((unsettled) => settle(delivery, unsettled).catch(onError)));
}

/**
 * Settles a send that may or may not have gone out: the provider is asked. Where it has the
 * message, that was the send; where it has not, or cannot be asked at all, the message goes out
 * again under the same key; while it does not answer, nothing is sent.
 */
async function settle(delivery: Delivery, unsettled: Unsettled): Promise<void> {
  const { ledger, clock, channels } = delivery;
  const now = clock.now();
  const message = messageAsSent(delivery, unsettled, now);
  const answer =
    message === null
      ? UNASKABLE
      : await channels[unsettled.channel].lookup(message, unsettled.startedAt);
  switch (answer.kind) {
    case "found": {
      const { providerId } = answer;
      const outcome = { kind: "sent" as const, providerId, delivered: false };
      return recordOutcome(delivery, unsettled, message, outcome);
    }
    case "absent":
    case "cannot_ask": {
      const [state] = await loadMovable(ledger.db, [unsettled.reminderId]);
      if (!state) return;
      const askable = answer.kind === "absent";
      return move(delivery, unsettled, resent(state, askable, now, Math.random()));
    }
    case "no_answer": {
      if (now < unsettled.expiresAt) return;
      const [state] = await loadMovable(ledger.db, [unsettled.reminderId]);
      if (!state) return;
      return move(delivery, unsettled, endedAs(state, "failed", "never_settled"));
    }
  }
}

const UNASKABLE: LookupOutcome = { kind: "no_answer", detail: "the message can no longer be made" };

/**
 * The provider knows the text that was sent; the patient's name or the template may differ now.
 * Null where the message can no longer be made, since its step has gone from the content.
 */
function messageAsSent(
  delivery: Delivery,
  unsettled: Unsettled,
  now: Date,
): OutgoingMessage | null {
  let message: OutgoingMessage;
  try {
    message = makeMessage(delivery.maker, unsettled, now);
  } catch {
    return null;
  }
  if (unsettled.body === null || message.content.channel !== "sms") return message;
  return { ...message, content: { channel: "sms", text: unsettled.body } };
}

function move(delivery: Delivery, unsettled: Unsettled, to: Move): Promise<void> {
  const request = { ...unsettled, from: ["unknown" as const], move: to, actor: "rescuer" };
  const { db } = delivery.ledger;
  return db.transaction().execute((each) => moveReminders(each, [request], delivery.clock.now()));
}
