import {
  createPostgresBackend,
  type Processor,
  Queue,
  runMigrations,
  Worker,
  type WorkerOptions,
} from "bullmq";
import { Redis } from "ioredis";
import type { Ticket } from "../domain/claim.ts";
import { type Ledger, QUEUE_SCHEMA } from "../ledger/ledger.ts";

/** The one queue: a job of it is one hand-over of one reminder. */
const QUEUE_NAME = "deliver";

/** The id of a hand-over's job. Used once and never again: BullMQ drops a job whose id it has seen. */
export function jobIdOf({ reminderId, dispatchNo }: Ticket): string {
  return `${reminderId}-${dispatchNo}`;
}

/**
 * Those of these tickets, all overdue, whose jobs will not run by themselves: they are gone, or
 * failed, or wait for a time that has passed already by every clock but that of who set it.
 */
export async function lostJobs(
  queue: Pick<Queue, "getJobState">,
  tickets: readonly Ticket[],
): Promise<Ticket[]> {
  const states = await Promise.all(tickets.map((ticket) => queue.getJobState(jobIdOf(ticket))));
  const alive = new Set<string>(["waiting", "prioritized", "active"]);
  return tickets.filter((_ticket, index) => !alive.has(states[index] ?? "unknown"));
}

/** The queue as chosen by the deployment: on Redis where there is one, else in the ledger's database. */
export interface QueueBackend {
  queue: Pick<Queue, "addBulk" | "getWaitingCount" | "getJobState">;
  /** The same with all that BullMQ can do, for what looks into it. */
  whole: Queue | PostgresQueue;
  /** Starts a BullMQ worker on the queue; the caller closes it. */
  openWorker(
    processor: Processor<Ticket>,
    options: Omit<WorkerOptions, "connection">,
  ): Pick<Worker, "close">;
  /** Whether the queue answers within a second. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens the queue beside `ledger`; `onError` hears of lost connections, which mend by themselves,
 * and of jobs that failed, whose reminders the rescuer finds.
 */
export async function openQueueBackend(
  options: { ledger: Ledger; redisUrl: string | null },
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  return options.redisUrl === null
    ? openOnPostgres(options.ledger, onError)
    : openOnRedis(options.redisUrl, onError);
}

type PostgresQueue = ReturnType<typeof queueOnPostgres>;

function queueOnPostgres(connection: Ledger["queuePool"]) {
  return new Queue(QUEUE_NAME, { connection }, createPostgresBackend);
}

async function openOnPostgres(
  ledger: Ledger,
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  const connection = ledger.queuePool;
  const client = await connection.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    client.release();
  }
  const queue = queueOnPostgres(connection);
  queue.on("error", onError);
  return {
    queue,
    whole: queue,
    openWorker(processor, workerOptions) {
      const worker = new Worker(
        QUEUE_NAME,
        processor,
        { ...workerOptions, connection },
        createPostgresBackend,
      );
      worker.on("error", onError);
      worker.on("failed", (_job, error) => onError(error));
      return worker;
    },
    answers: () => answersSoon(queue),
    close: () => queue.close(),
  };
}

async function openOnRedis(
  redisUrl: string,
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  // A producer gives up soon, because its caller can leave the reminder to the rescuer; a worker
  // never does, because it has nothing else to wait for.
  const producer = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null, enableAutoPipelining: true });
  for (const connection of [producer, consumer]) connection.on("error", onError);
  const queue = new Queue(QUEUE_NAME, { connection: producer });
  queue.on("error", onError);
  return {
    queue,
    whole: queue,
    openWorker(processor, workerOptions) {
      const worker = new Worker(QUEUE_NAME, processor, {
        ...workerOptions,
        connection: consumer,
      });
      worker.on("error", onError);
      worker.on("failed", (_job, error) => onError(error));
      return worker;
    },
    answers: () => answersSoon(queue),
    async close() {
      await queue.close();
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

async function answersSoon(queue: Pick<Queue, "getWaitingCount">): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 1_000);
  });
  const answered = queue.getWaitingCount().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
