import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { CHANNELS } from "../domain/channel.ts";
import type { Pacing } from "../domain/pacing.ts";
import { pacedChannels } from "../domain/pacing.ts";
import { countPaused } from "../ledger/channelStates.ts";
import { countPacedWaiting, countUnsettled } from "../ledger/counts.ts";
import { countUntoldAlarms } from "../ledger/dueNotices.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { countPausedPatients } from "../ledger/permissionPause.ts";
import { reachedCaps } from "../ledger/senders.ts";
import { countUntoldCorrections } from "../ledger/untoldCorrections.ts";
import type { Metrics } from "../metrics.ts";

export interface HealthRoutes {
  ledger: Ledger;
  clock: Clock;
  metrics: Metrics;
  pacing: Pacing;
  /** Whether the ledger and the queue answer right now. */
  readiness: () => Promise<{ ledger: boolean; queue: boolean }>;
}

/** A probe that is not answered in this time is answered with no. */
const PATIENCE_MS = 2_000;

const readinessView = z.object({ ready: z.boolean(), ledger: z.boolean(), queue: z.boolean() });

/** For the machines that watch the program: liveness, readiness, measures. */
export const healthRoutes: FastifyPluginCallbackZod<HealthRoutes> = (server, parts, done) => {
  const { ledger, clock, metrics } = parts;
  const paced = pacedChannels(parts.pacing);

  server.route({
    method: "GET",
    url: "/healthz",
    schema: {
      summary: "The process is alive",
      tags: ["health"],
      security: [],
      response: { 200: z.object({ alive: z.literal(true) }) },
    },
    handler: () => ({ alive: true as const }),
  });

  server.route({
    method: "GET",
    url: "/readyz",
    schema: {
      summary: "The ledger and the queue answer",
      description: "503 where the ledger does not. Without the queue, enrolments are still kept.",
      tags: ["health"],
      security: [],
      response: { 200: readinessView, 503: readinessView },
    },
    async handler(_request, reply) {
      const state = await readinessInTime(parts.readiness);
      const ready = state.ledger;
      return reply.code(ready ? 200 : 503).send({ ready, ...state });
    },
  });

  server.route({
    method: "GET",
    url: "/metrics",
    schema: { summary: "Prometheus metrics", tags: ["health"], security: [] },
    async handler(_request, reply) {
      const now = clock.now();
      const counts = await countUnsettled(ledger.db, now, paced);
      metrics.unsettled.set({ status: "overdue" }, counts.overdue);
      metrics.unsettled.set({ status: "queued" }, counts.queued);
      metrics.unsettled.set({ status: "sending" }, counts.sending);
      metrics.unsettled.set({ status: "unknown" }, counts.unknown);
      const oldest = counts.oldestDueAt ?? now;
      const paused = await countPaused(ledger.db);
      for (const channel of CHANNELS) metrics.pausedChannels.set({ channel }, paused[channel]);
      const caps = await reachedCaps(ledger.db, parts.pacing, now);
      for (const channel of paced) {
        metrics.cappedSenders.set({ channel }, caps.has(channel) ? 1 : 0);
        metrics.pacedWaiting.set({ channel }, await countPacedWaiting(ledger.db, channel, now));
      }
      metrics.untoldAlarms.set(await countUntoldAlarms(ledger.db));
      metrics.untoldCorrections.set(await countUntoldCorrections(ledger.db, now));
      metrics.pausedPatients.set(await countPausedPatients(ledger.db));
      metrics.oldestOverdue.set(Math.max(0, (now.getTime() - oldest.getTime()) / 1_000));
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    },
  });

  done();
};

/** A ledger whose connections hang says nothing at all, where one that is down says so. */
async function readinessInTime(readiness: HealthRoutes["readiness"]) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ledger: boolean; queue: boolean }>((resolve) => {
    timer = setTimeout(() => resolve({ ledger: false, queue: false }), PATIENCE_MS);
  });
  return Promise.race([readiness(), late]).finally(() => clearTimeout(timer));
}
