import type { Channel } from "../../../src/channels/channel.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import type { LifeHouse } from "./lifeWorld.ts";

/**
 * Hands over and delivers all that is due at `now`, one after the other, by a clock that stands
 * still. `onSend` looks on at the moment of each send, which always arrives.
 */
export async function sendDue(
  { ledger, maker }: LifeHouse,
  now: Date,
  onSend: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const channel = (name: ChannelName): Channel => ({
    name,
    provider: "outbox",
    send: async () => {
      await onSend();
      return { kind: "sent", providerId: "sent", delivered: true };
    },
    lookup: () => Promise.resolve({ kind: "absent" }),
    close: () => Promise.resolve(),
  });
  const delivery = {
    ledger,
    maker,
    channels: { sms: channel("sms"), email: channel("email") },
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
