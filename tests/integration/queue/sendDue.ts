import type { Channel, OutgoingMessage } from "../../../src/channels/channel.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { limitsOf } from "../../../src/queue/limits.ts";
import { gatherStatements } from "../../../src/queue/statements.ts";
import type { LifeHouse } from "./lifeWorld.ts";

/** What a provider answers, by the channel that the message goes by; null where it arrives. */
export type Answering = (
  channel: ChannelName,
  message: OutgoingMessage,
) => Promise<SendOutcome | null>;

const ARRIVED: SendOutcome = { kind: "sent", providerId: "sent", delivered: true };

/**
 * Hands over and delivers all that is due at `now`, one after the other, by a clock that stands
 * still. `answer` looks on at the moment of each send.
 */
export async function sendDue(
  { ledger, maker }: LifeHouse,
  now: Date,
  answer: Answering = () => Promise.resolve(null),
): Promise<void> {
  const channel = (name: ChannelName): Channel => ({
    name,
    provider: "outbox",
    atOnce: Number.POSITIVE_INFINITY,
    send: async (message) => (await answer(name, message)) ?? ARRIVED,
    lookup: () => Promise.resolve({ kind: "absent" }),
    close: () => Promise.resolve(),
  });
  const channels = { sms: channel("sms"), email: channel("email") };
  const delivery = {
    ledger,
    statements: gatherStatements(ledger),
    maker,
    channels,
    limits: limitsOf(channels),
    clock: { now: () => now, toRealMs: (ms: number) => ms },
    metrics: createMetrics(),
    onPause: () => {},
  };
  for (;;) {
    const taken = await takeDue(ledger, now, 100, now);
    if (taken.length === 0) return;
    for (const ticket of taken) await deliver(delivery, ticket);
  }
}
