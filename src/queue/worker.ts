import { DelayedError } from "bullmq";
import { z } from "zod";
import type { QueueBackend } from "./backend.ts";
import { type Delivery, deliver } from "./deliver.ts";

const ticketSchema = z.strictObject({ reminderId: z.uuid(), dispatchNo: z.int().min(1) });

/** Reminders that one worker process has in flight at once. */
const CONCURRENCY = 50;

/** A running worker; `close` lets what is in flight end and be recorded. */
export interface RunningWorker {
  close(): Promise<void>;
}

/** Delivers what the queue releases until it is closed. */
export function startWorker(backend: QueueBackend, delivery: Delivery): RunningWorker {
  const worker = backend.openWorker(
    async (job, token) => {
      const result = await deliver(delivery, ticketSchema.parse(job.data));
      if (result.kind === "early") {
        await job.moveToDelayed(Date.now() + delivery.clock.toRealMs(result.waitMs), token);
        throw new DelayedError();
      }
    },
    { concurrency: CONCURRENCY },
  );
  return { close: () => worker.close() };
}
