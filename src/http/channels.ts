import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pacing } from "../domain/pacing.ts";
import { listChannelStates } from "../ledger/channelStates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { reachedCaps } from "../ledger/senders.ts";
import { callerOf } from "./auth.ts";
import { errorsOf } from "./requests.ts";

export interface ChannelRoutes {
  ledger: Ledger;
  clock: Clock;
  pacing: Pacing;
  /** What carries each channel: a provider, or the outbox. */
  providers: Readonly<Record<ChannelName, string>>;
}

const utc = z.iso.datetime();

const channelView = z
  .object({
    channel: z.enum(CHANNELS),
    provider: z.string(),
    state: z.enum(["working", "paused"]),
    /** Null while it works. */
    pause: z
      .object({
        since: utc,
        reason: z.enum(["account_fault", "provider_down"]),
        code: z.string(),
        detail: z.string(),
        nextTryAt: utc,
      })
      .nullable(),
    /** The most that the sender of all clinics may send in 24 hours; null until that is reached. */
    cap: z.object({ perDay: z.int(), goesOnAt: utc }).nullable(),
  })
  .meta({ id: "Channel" });

/** Whether a clinic's messages get out, and if not, why. */
export const channelRoutes: FastifyPluginCallbackZod<ChannelRoutes> = (
  server,
  { ledger, clock, pacing, providers },
  done,
) => {
  server.route({
    method: "GET",
    url: "/channels",
    config: { role: "enroll" },
    schema: {
      summary: "The clinic's channels, and why one is paused",
      description:
        "A channel is paused where its account or sender is at fault, or its provider has failed " +
        "several times in a row. Its reminders wait, and go out when a message gets through again. " +
        "They wait, too, while the sender has sent all that its cap allows in 24 hours (`cap`).",
      tags: ["channels"],
      response: {
        200: z.object({ items: z.array(channelView), nextCursor: z.null() }),
        ...errorsOf(),
      },
    },
    async handler(request) {
      const states = await listChannelStates(ledger.db, callerOf(request).clinic.id);
      const caps = await reachedCaps(ledger.db, pacing, clock.now());
      const items = CHANNELS.map((channel) => {
        const cap = caps.get(channel);
        const pause = states.find((each) => each.channel === channel)?.pause ?? null;
        return {
          channel,
          provider: providers[channel],
          state: pause === null ? ("working" as const) : ("paused" as const),
          pause: pause && {
            since: pause.since.toISOString(),
            reason: pause.reason,
            code: pause.code,
            detail: pause.detail,
            nextTryAt: pause.probeAt.toISOString(),
          },
          cap: cap === undefined ? null : { ...cap, goesOnAt: cap.goesOnAt.toISOString() },
        };
      });
      return { items, nextCursor: null };
    },
  });
  done();
};
