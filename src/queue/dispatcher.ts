import type { Clock } from "../clock.ts";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pacing } from "../domain/pacing.ts";
import { type Dispatched, MOST_OF_ONE_SENDER, takeBack, takeDue } from "../ledger/dispatch.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { takePaced } from "../ledger/paced.ts";
import { giveBackSlots, type ReachedCap } from "../ledger/senders.ts";
import type { Metrics } from "../metrics.ts";
import type { DeliverJob, QueueBackend } from "./backend.ts";
import { type Loop, startLoop } from "./loop.ts";

const BATCH = 500;

/** How far apart rounds are, in real milliseconds: enrolments that come at once share one. */
const APART_MS = 100;

export interface DispatcherOptions {
  ledger: Ledger;
  queue: Pick<QueueBackend, "add">;
  clock: Clock;
  metrics: Metrics;
  /** The channels that have a pace; the others are handed over as fast as they are due. */
  pacing: Pacing;
  /** Told when the cap on a channel's day begins to hold messages back. */
  onCapReached: (channel: ChannelName, cap: ReachedCap) => void;
  /** How far ahead reminders without a pace are handed over, in milliseconds of the clock. */
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
  return startLoop(round, options.everyMs, options.onError, APART_MS);
}

/**
 * Hands over all that is due, and of a channel with a pace all that has a slot, a batch at a time, until
 * nothing is left or it is to stop.
 */
export async function dispatchDue(
  options: Omit<DispatcherOptions, "everyMs" | "onError">,
  isStopping: () => boolean,
): Promise<void> {
  const { ledger, clock, pacing, onCapReached } = options;
  const unpaced = CHANNELS.filter((channel) => pacing[channel] === undefined);
  let found = true;
  while (found && !isStopping()) {
    found = false;
    if (unpaced.length > 0) {
      const now = clock.now();
      const horizon = new Date(now.getTime() + options.horizonMs);
      const taken = await takeDue(ledger, horizon, BATCH, now, unpaced);
      await handOver(options, taken);
      found = taken.length >= MOST_OF_ONE_SENDER / 2;
    }
    for (const channel of CHANNELS) {
      const pace = pacing[channel];
      if (pace === undefined) continue;
      const { taken, capReached } = await takePaced(ledger, channel, pace, BATCH, clock.now());
      if (capReached !== null) onCapReached(channel, capReached);
      found = (await handOver(options, taken, pace.sender)) || found;
    }
  }
}

/** Makes the jobs of what was taken; false where that was nothing. */
async function handOver(
  {
    ledger,
    queue,
    clock,
    metrics,
  }: Pick<DispatcherOptions, "ledger" | "queue" | "clock" | "metrics">,
  taken: readonly Dispatched[],
  sender: string | null = null,
): Promise<boolean> {
  if (taken.length === 0) return false;
  // The rows are committed as queued before the jobs exist: the other way round, a job could run
  // before its row says so. Where the queue is away they are taken back, and should that fail,
  // too, the rescuer finds them. Slots that were given are lost then, and do not count for the day.
  try {
    await queue.add(jobsOf(taken, clock));
  } catch (error) {
    await takeBack(ledger.db, taken, clock.now());
    if (sender !== null) {
      const slots = taken.flatMap(({ releaseAt }) => releaseAt ?? []);
      await giveBackSlots(ledger.db, sender, slots);
    }
    throw error;
  }
  metrics.dispatched.inc(taken.length);
  return true;
}

/** One job for all that share one; each is made once, since BullMQ drops one whose id it has seen. */
function jobsOf(taken: readonly Dispatched[], clock: Clock): DeliverJob[] {
  const now = clock.now().getTime();
  const jobs = new Map<string, DeliverJob>();
  for (const { jobId, reminderId, dispatchNo, clinicId, dueAt, releaseAt = dueAt } of taken) {
    const known = jobs.get(jobId);
    if (known !== undefined) {
      known.data.tickets.push({ reminderId, dispatchNo });
      continue;
    }
    const waitMs = releaseAt.getTime() - now;
    jobs.set(jobId, {
      clinicId,
      name: "deliver",
      data: { tickets: [{ reminderId, dispatchNo }] },
      opts: {
        jobId,
        delay: Math.max(0, Math.ceil(clock.toRealMs(waitMs))),
        removeOnComplete: true,
        removeOnFail: { count: 1_000 },
      },
    });
  }
  return [...jobs.values()];
}
