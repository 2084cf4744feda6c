import { DelayedError } from "bullmq";
import { z } from "zod";
import { CHANNELS } from "../domain/channel.ts";
import { AppError, describeError } from "../errors.ts";
import type { QueueBackend } from "./backend.ts";
import { type Delivery, deliver } from "./deliver.ts";

const ticketSchema = z.strictObject({ reminderId: z.uuid(), dispatchNo: z.int().min(1) });

/** A job of an earlier version of the program is a ticket itself. */
const jobSchema = z.union([
  z.strictObject({ tickets: z.array(ticketSchema).min(1) }),
  ticketSchema.transform((ticket) => ({ tickets: [ticket] })),
]);

/**
 * Jobs that one worker process has in hand at most, those included whose reminders wait for their
 * channel. Each has one reminder, or some that are due at one instant: as many as it takes for
 * statements to be shared.
 */
export const MOST_JOBS = 100;

/** How many jobs more than sends, so that a channel that has sent something goes on at once. */
const JOBS_AHEAD = 10;

/**
 * How many jobs one worker process has in hand: where providers keep it to so many sends, hardly more than
 * one for each. What it held beyond that would wait here, while other workers have nothing to do.
 */
function jobsInHand(channels: Delivery["channels"]): number {
  const limits = CHANNELS.map((name) => channels[name].atOnce).filter(Number.isFinite);
  if (limits.length === 0) return MOST_JOBS;
  const sends = limits.reduce((sum, limit) => sum + limit, 0);
  return Math.min(sends + JOBS_AHEAD, MOST_JOBS);
}

/** How often BullMQ looks for jobs whose worker has lost its lock, which holds for 30 s. */
const STALLED_CHECK_MS = 10_000;

/** A running worker; `close` lets what is in flight end and be recorded. */
export interface RunningWorker {
  close(): Promise<void>;
}

/** Delivers what the queue releases until it is closed. */
export function startWorker(backend: QueueBackend, delivery: Delivery): RunningWorker {
  let isStopping = false;
  const workers = backend.openWorkers(
    async (job, token) => {
      const { tickets } = jobSchema.parse(job.data);
      const results = await Promise.allSettled(
        tickets.map((ticket) => deliver(delivery, ticket, () => isStopping)),
      );
      for (const result of results) if (result.status === "rejected") refuseJob(result.reason);
      const early = tickets.flatMap((ticket, index) => {
        const result = results[index];
        if (result?.status !== "fulfilled" || result.value.kind !== "early") return [];
        return { ticket, waitMs: result.value.waitMs };
      });
      if (early.length === 0) return;
      if (early.length < tickets.length) {
        await job.updateData({ tickets: early.map(({ ticket }) => ticket) });
      }
      const waitMs = Math.min(...early.map((each) => each.waitMs));
      await job.moveToDelayed(Date.now() + Math.ceil(delivery.clock.toRealMs(waitMs)), token);
      throw new DelayedError();
    },
    { concurrency: jobsInHand(delivery.channels), stalledInterval: STALLED_CHECK_MS },
  );
  return {
    close() {
      isStopping = true;
      return workers.close();
    },
  };
}

/**
 * A job that fails keeps its error in the queue, where no name, number or text may be, and a
 * driver's message can quote what it was given. The reminder itself is left to the rescuer.
 */
function refuseJob(error: unknown): never {
  throw new AppError("ledger_unavailable", `a delivery was not recorded: ${describeError(error)}`);
}
