import type { Clock } from "../clock.ts";
import { type Dispatched, takeBack, takeDue } from "../ledger/dispatch.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Metrics } from "../metrics.ts";
import { jobIdOf, type QueueBackend } from "./backend.ts";
import { type Loop, startLoop } from "./loop.ts";

const BATCH = 500;

export interface DispatcherOptions {
  ledger: Ledger;
  queue: QueueBackend["queue"];
  clock: Clock;
  metrics: Metrics;
  /** How far ahead reminders are handed over, in milliseconds of the clock. */
  horizonMs: number;
  /** How often it looks, in real milliseconds. */
  everyMs: number;
  onError: (error: unknown) => void;
}

/**
 * Moves reminders from the ledger to the queue shortly before they are due, so that the queue holds
 * minutes of work and never months.
 */
export function startDispatcher(options: DispatcherOptions): Loop {
  const round = (isStopping: () => boolean) => dispatchDue(options, isStopping);
  return startLoop(round, options.everyMs, options.onError);
}

/** Hands over all that is due, a batch at a time, until nothing is left or it is to stop. */
export async function dispatchDue(
  options: Omit<DispatcherOptions, "everyMs" | "onError">,
  isStopping: () => boolean,
): Promise<void> {
  const { ledger, queue, clock, metrics } = options;
  while (!isStopping()) {
    const now = clock.now();
    const horizon = new Date(now.getTime() + options.horizonMs);
    const taken = await takeDue(ledger, horizon, BATCH, now);
    if (taken.length === 0) return;
    // The rows are committed as queued before the jobs exist: the other way round, a job could run
    // before its row says so. Where the queue is away they are taken back, and should that fail,
    // too, the rescuer finds them.
    try {
      await queue.addBulk(taken.map((ticket) => toJob(ticket, clock)));
    } catch (error) {
      await takeBack(ledger.db, taken, clock.now());
      throw error;
    }
    metrics.dispatched.inc(taken.length);
  }
}

function toJob({ reminderId, dispatchNo, dueAt }: Dispatched, clock: Clock) {
  const waitMs = dueAt.getTime() - clock.now().getTime();
  return {
    name: "deliver",
    data: { reminderId, dispatchNo },
    opts: {
      jobId: jobIdOf({ reminderId, dispatchNo }),
      delay: Math.max(0, Math.ceil(clock.toRealMs(waitMs))),
      removeOnComplete: true,
      removeOnFail: { count: 1_000 },
    },
  };
}
