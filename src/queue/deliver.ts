import type { Channel, OutgoingMessage } from "../channels/channel.ts";
import type { Clock } from "../clock.ts";
import type { ChannelName } from "../domain/channel.ts";
import { type ChannelSign, signOf } from "../domain/channelState.ts";
import { decideClaim, type Ticket } from "../domain/claim.ts";
import { afterSend, type SendOutcome } from "../domain/outcome.ts";
import { describeError } from "../errors.ts";
import { type PauseChange, probeAgain } from "../ledger/channelStates.ts";
import type { Claimed } from "../ledger/delivery.ts";
import { newId } from "../ledger/id.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { moveUnsaid } from "../ledger/unsaid.ts";
import type { Metrics } from "../metrics.ts";
import type { Limits } from "./limits.ts";
import { type MessageMaker, makeMessage, mayNotSend } from "./message.ts";
import type { Statements } from "./statements.ts";

/** What delivering needs: where reminders are, how messages are made, and the ways out. */
export interface Delivery {
  ledger: Ledger;
  /** What deliveries that run side by side ask of it together. */
  statements: Statements;
  maker: MessageMaker;
  channels: Readonly<Record<ChannelName, Channel>>;
  /** How many sends of this process are under way at most. */
  limits: Limits;
  clock: Clock;
  metrics: Metrics;
  /** Told when a clinic's channel is paused, or works again. */
  onPause: (change: PauseChange) => void;
}

/** What a job does after its delivery: nothing more, or come back when it is time. */
export type Delivered = { kind: "done" } | { kind: "early"; waitMs: number };

const DONE: Delivered = { kind: "done" };

/** A reminder that changed between being looked at and being claimed is looked at again after this time. */
const LOOK_AGAIN_MS = 1_000;

/**
 * One that had to wait for its channel for longer than this is looked at again before it is claimed. The
 * claim asks for itself whether it was called off or moved, or its patient said stop; words and the day's
 * cap may be as old as this.
 */
const LOOK_HOLDS_MS = 4_000;

/**
 * How long after its claim a send may begin, in real milliseconds: a worker that stood still for
 * longer may have been given up, and its message sent by another.
 */
const BEGIN_WITHIN_MS = 15_000;

/**
 * Delivers one handed-over reminder: look, render, claim, send, record. Whatever is wrong with the
 * reminder or its message ends up in the ledger; only an outage of the ledger throws. What waits for
 * its channel while the program stops goes back to the queue.
 */
export async function deliver(
  delivery: Delivery,
  ticket: Ticket,
  isStopping: () => boolean = () => false,
): Promise<Delivered> {
  const seen = await look(delivery, ticket);
  if (seen.kind !== "claim") return seen.end();
  const since = delivery.clock.now().getTime();
  // What has to wait for its turn waits unclaimed, so that it can still be stopped.
  return delivery.limits[seen.claimed.channel](async () => {
    if (isStopping()) return { kind: "early", waitMs: LOOK_AGAIN_MS };
    if (delivery.clock.now().getTime() - since < LOOK_HOLDS_MS) return send(delivery, seen.claimed);
    const again = await look(delivery, ticket);
    return again.kind === "claim" ? send(delivery, again.claimed) : again.end();
  });
}

/** A reminder that can be claimed, or what is to be done instead. */
type Seen = { kind: "claim"; claimed: Claimed } | { kind: "end"; end: () => Promise<Delivered> };

async function look(delivery: Delivery, ticket: Ticket): Promise<Seen> {
  const { ledger, statements, clock } = delivery;
  const state = await statements.load(ticket.reminderId, clock);
  if (state === undefined) return ended(DONE);
  const now = clock.now();
  const decision = decideClaim(state, ticket, now);
  switch (decision.kind) {
    case "void":
      return ended(DONE);
    case "early":
      return ended(decision);
    case "move":
      return {
        kind: "end",
        async end() {
          const { move } = decision;
          const request = { ...state, from: ["queued" as const], move, actor: "worker" };
          await moveUnsaid(ledger, request, now, async (db) => {
            if (state.probing) await probeAgain(db, state, now);
          });
          return DONE;
        },
      };
    case "claim":
      return {
        kind: "claim",
        claimed: { ...state, to: decision.to, attemptId: newId() },
      };
  }
}

function ended(delivered: Delivered): Seen {
  return { kind: "end", end: () => Promise.resolve(delivered) };
}

async function send(delivery: Delivery, claimed: Claimed): Promise<Delivered> {
  const { statements, channels, clock } = delivery;
  const message = render(delivery, claimed);
  const content = "content" in message ? message.content : null;
  const { provider } = channels[claimed.channel];
  const before = { ran: performance.now(), showed: Date.now() };
  const isOurs = await statements.claim({ claimed, content, provider }, clock);
  if (!isOurs) return { kind: "early", waitMs: LOOK_AGAIN_MS };

  if (!("content" in message)) {
    await recordOutcome(delivery, claimed, message, { asked: false });
  } else if (stoodStill(before) || clock.now() >= claimed.sendUntil) {
    await recordOutcome(delivery, claimed, TOO_LATE, { asked: false });
  } else {
    await recordOutcome(delivery, claimed, await sendOnce(delivery, claimed, message), {
      asked: true,
    });
  }
  return DONE;
}

/** By what has run, and by the machine's clock, which also counts a suspended machine. */
function stoodStill(before: { ran: number; showed: number }): boolean {
  const ran = performance.now() - before.ran;
  return Math.max(ran, Date.now() - before.showed) > BEGIN_WITHIN_MS;
}

const TOO_LATE: SendOutcome = {
  kind: "transient",
  code: "worker_stalled",
  detail: "the worker stood still after it had claimed the reminder; nothing was sent",
  of: "message",
};

/**
 * The message, or the outcome of not having one that may be sent. Another version of the program may know the
 * template that this one lacks, so it is tried again within the staleness budget.
 */
function render(delivery: Delivery, claimed: Claimed): OutgoingMessage | SendOutcome {
  const refusal = mayNotSend(claimed);
  if (refusal !== null) return refusal;
  try {
    return makeMessage(delivery.maker, claimed, delivery.clock.now());
  } catch (error) {
    const detail = `the message could not be made: ${describeError(error)}`;
    return { kind: "transient", code: "render_failed", detail, of: "message" };
  }
}

async function sendOnce(
  delivery: Delivery,
  { channel }: Claimed,
  message: OutgoingMessage,
): Promise<SendOutcome> {
  try {
    return await delivery.channels[channel].send(message);
  } catch (error) {
    // A channel answers with values; what it throws is a fault of its own, and may have sent.
    const detail = `the channel failed: ${describeError(error)}`;
    return { kind: "unknown", code: "channel_failed", detail };
  }
}

/**
 * Records what came of a send, and where its reminder goes; waits for the ledger where that is
 * away, because what is not recorded may be sent twice. `asked` says whether the provider was asked
 * at all, so that the outcome tells something of its channel.
 */
export async function recordOutcome(
  delivery: Delivery,
  claimed: Claimed,
  outcome: SendOutcome,
  how: { asked: boolean; actor?: string; event?: string },
): Promise<void> {
  const { statements, clock, metrics } = delivery;
  const { channel } = claimed;
  const { asked, actor = "worker", ...rest } = how;
  const endedAt = clock.now();
  const move = afterSend(claimed, outcome, endedAt, Math.random());
  const sign = asked ? signOf(outcome) : null;
  const tells = sign !== null && (claimed.channelTroubled || isTrouble(sign));
  const recorded = { claimed, outcome, move, sign: tells ? sign : null, actor, ...rest };
  const changes = await statements.record(recorded, endedAt);
  for (const change of changes) delivery.onPause(change);
  const { provider } = delivery.channels[channel];
  metrics.attempts.inc({ channel, provider, outcome: outcome.kind });
  if (outcome.kind === "sent") {
    metrics.lateness.observe((endedAt.getTime() - claimed.dueAt.getTime()) / 1_000);
  }
}

function isTrouble({ kind }: ChannelSign): boolean {
  return kind === "fails" || kind === "accountFault";
}
