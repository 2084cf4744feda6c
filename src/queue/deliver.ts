import type { Channel, OutgoingMessage } from "../channels/channel.ts";
import type { Clock } from "../clock.ts";
import type { ChannelName } from "../domain/channel.ts";
import { refusedClaim, type Ticket } from "../domain/claim.ts";
import { afterSend, type Move, type SendOutcome } from "../domain/outcome.ts";
import { describeError } from "../errors.ts";
import { type Claimed, claim, record } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { loadMovable, moveReminders } from "../ledger/moves.ts";
import type { Metrics } from "../metrics.ts";
import { type MessageMaker, makeMessage } from "./message.ts";

/** What delivering needs: where reminders are, how messages are made, and the ways out. */
export interface Delivery {
  ledger: Ledger;
  maker: MessageMaker;
  channels: Readonly<Record<ChannelName, Channel>>;
  clock: Clock;
  metrics: Metrics;
}

/** What a job does after its delivery: nothing more, or come back when it is time. */
export type Delivered = { kind: "done" } | { kind: "early"; waitMs: number };

/**
 * Delivers one handed-over reminder: claim, render, send, record. Whatever is wrong with the
 * reminder or its message ends up in the ledger; only an outage of the ledger throws.
 */
export async function deliver(delivery: Delivery, ticket: Ticket): Promise<Delivered> {
  const { ledger, channels, clock } = delivery;
  const providers = { sms: channels.sms.provider, email: channels.email.provider };
  const [claimed] = await claim(ledger, [ticket], providers, clock.now());
  if (claimed === undefined) return settleRefused(delivery, ticket);

  const { message, outcome } = await send(delivery, claimed);
  await recordOutcome(delivery, claimed, message, outcome);
  return { kind: "done" };
}

/** Records what came of a send, and where its reminder goes. */
export async function recordOutcome(
  delivery: Delivery,
  claimed: Claimed,
  message: OutgoingMessage | null,
  outcome: SendOutcome,
): Promise<void> {
  const now = delivery.clock.now();
  const move = await moveAfter(delivery.ledger, claimed, outcome, now);
  await record(
    delivery.ledger,
    [{ claimed, content: message?.content ?? null, outcome, move }],
    now,
  );
  const { channel } = claimed;
  delivery.metrics.attempts.inc({
    channel,
    provider: delivery.channels[channel].provider,
    outcome: outcome.kind,
  });
  if (outcome.kind === "sent") {
    delivery.metrics.lateness.observe((now.getTime() - claimed.dueAt.getTime()) / 1_000);
  }
}

async function send(
  delivery: Delivery,
  claimed: Claimed,
): Promise<{ message: OutgoingMessage | null; outcome: SendOutcome }> {
  let message: OutgoingMessage;
  try {
    message = makeMessage(delivery.maker, claimed, delivery.clock.now());
  } catch (error) {
    const detail = `the message could not be made: ${describeError(error)}`;
    const code = "render_failed";
    return { message: null, outcome: { kind: "permanent", code, detail, reason: "refused" } };
  }
  try {
    return { message, outcome: await delivery.channels[claimed.channel].send(message) };
  } catch (error) {
    // A channel answers with values; what it throws is a fault of its own, and may have sent.
    const detail = `the channel failed: ${describeError(error)}`;
    return { message, outcome: { kind: "unknown", code: "channel_failed", detail } };
  }
}

async function moveAfter(
  ledger: Ledger,
  claimed: Claimed,
  outcome: SendOutcome,
  now: Date,
): Promise<Move> {
  if (outcome.kind === "sent") {
    const status = outcome.delivered ? "delivered" : "sent";
    const { channel } = claimed;
    return { status, reason: null, channel, retries: 0, dueAt: null, sendUntil: null };
  }
  const [state] = await loadMovable(ledger.db, [claimed.reminderId]);
  if (state === undefined) throw new Error("a claimed reminder is gone from the ledger");
  return afterSend(state, outcome, now, Math.random());
}

async function settleRefused(delivery: Delivery, ticket: Ticket): Promise<Delivered> {
  const [state] = await loadMovable(delivery.ledger.db, [ticket.reminderId]);
  if (state === undefined) return { kind: "done" };
  const now = delivery.clock.now();
  const refused = refusedClaim(state, ticket, now);
  switch (refused.kind) {
    case "void":
      return { kind: "done" };
    case "early":
      return refused;
    case "move":
      await delivery.ledger.db
        .transaction()
        .execute((db) =>
          moveReminders(
            db,
            [{ ...state, from: ["queued"], move: refused.move, actor: "worker" }],
            now,
          ),
        );
      return { kind: "done" };
  }
}
