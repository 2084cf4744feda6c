import { DelayedError } from "bullmq";
import { z } from "zod";
import { AppError, describeError } from "../errors.ts";
import type { QueueBackend } from "./backend.ts";
import { type Delivery, deliver } from "./deliver.ts";

const ticketSchema = z.strictObject({ reminderId: z.uuid(), dispatchNo: z.int().min(1) });

/**
 * Reminders that one worker process has in hand at once, those included that wait for their channel: as
 * many as it takes for statements to be shared, and not so many that other workers have none.
 */
export const CONCURRENCY = 200;

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
      const ticket = ticketSchema.parse(job.data);
      const result = await deliver(delivery, ticket, () => isStopping).catch(refuseJob);
      if (result.kind === "early") {
        const waitMs = Math.ceil(delivery.clock.toRealMs(result.waitMs));
        await job.moveToDelayed(Date.now() + waitMs, token);
        throw new DelayedError();
      }
    },
    { concurrency: CONCURRENCY, stalledInterval: STALLED_CHECK_MS },
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
