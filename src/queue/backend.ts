import {
  type BulkJobOptions,
  createPostgresBackend,
  type Processor,
  Queue,
  runMigrations,
  Worker,
  type WorkerOptions,
} from "bullmq";
import { Cluster, Redis } from "ioredis";
import type { Ticket } from "../domain/claim.ts";
import { type Ledger, QUEUE_SCHEMA } from "../ledger/ledger.ts";
import type { StuckTicket } from "../ledger/rescue.ts";
import { queueNames, shardOf } from "./shards.ts";

/** All that a job holds: the hand-overs of a clinic's reminders that can go out at one instant. */
export interface JobData {
  tickets: Ticket[];
}

/** A job that is to be made, for a clinic. */
export interface DeliverJob {
  clinicId: string;
  name: string;
  data: JobData;
  opts: BulkJobOptions;
}

/**
 * Those of these tickets, all overdue, whose jobs will not run by themselves: they are gone, or
 * failed, or wait for a time that has passed already by every clock but that of who set it.
 */
export async function lostJobs(
  { queues }: Pick<QueueBackend, "queues">,
  tickets: readonly StuckTicket[],
): Promise<StuckTicket[]> {
  const whose = new Map(tickets.map((ticket) => [jobIdOf(ticket), ticket.clinicId]));
  const alive = new Set<string>();
  const look = async (jobId: string, clinicId: string) => {
    const state = await queueOf(queues, clinicId).getJobState(jobId);
    if (ALIVE.includes(state)) alive.add(jobId);
  };
  await Promise.all([...whose].map(([jobId, clinicId]) => look(jobId, clinicId)));
  return tickets.filter((ticket) => !alive.has(jobIdOf(ticket)));
}

/** An earlier version of the program made a job for each reminder, with an id of its own. */
function jobIdOf({ jobId, reminderId, dispatchNo }: StuckTicket): string {
  return jobId ?? `${reminderId}-${dispatchNo}`;
}

/** The states of a job that a worker has, or takes as soon as it can. */
const ALIVE = ["waiting", "prioritized", "active"];

/** The queues as chosen by the deployment: on Redis where there is one, else in the ledger's database. */
export interface QueueBackend {
  /** One, or as many as the deliveries are split over: a job of them is what a clinic has to send at one instant. */
  queues: readonly (Queue | PostgresQueue)[];
  /** Makes the jobs, each in its clinic's queue: those of a queue all, or none. */
  add(jobs: readonly DeliverJob[]): Promise<void>;
  /** Starts a BullMQ worker on each queue, which share the concurrency; the caller closes them. */
  openWorkers(
    processor: Processor<JobData>,
    options: Omit<WorkerOptions, "connection"> & { concurrency: number },
  ): Pick<Worker, "close">;
  /** Whether all queues answer within a second. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens the queues beside `ledger`; `onError` hears of lost connections, which mend by themselves,
 * and of jobs that failed, whose reminders the rescuer finds.
 */
export async function openQueueBackend(
  options: { ledger: Ledger; redisUrl: string | null; redisCluster?: boolean; shards: number },
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  const names = queueNames(options.shards);
  const { ledger, redisUrl: url, redisCluster: cluster = false } = options;
  return url === null
    ? openOnPostgres(ledger, names, onError)
    : openOnRedis({ url, cluster }, names, onError);
}

type PostgresQueue = ReturnType<typeof queueOnPostgres>;

function queueOnPostgres(name: string, connection: Ledger["queuePool"]) {
  return new Queue(name, { connection }, createPostgresBackend);
}

async function openOnPostgres(
  ledger: Ledger,
  names: readonly string[],
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  const connection = ledger.queuePool;
  const client = await connection.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    client.release();
  }
  const queues = names.map((name) => queueOnPostgres(name, connection));
  const openWorker: OpenWorker = (name, processor, options) => {
    const own = { ...options, connection };
    const worker = new Worker(name, processor, own, createPostgresBackend);
    worker.on("error", onError);
    worker.on("failed", (_job, error) => onError(error));
    return worker;
  };
  return over({ queues, names, openWorker, onError, disconnect: () => {} });
}

async function openOnRedis(
  redis: { url: string; cluster: boolean },
  names: readonly string[],
  onError: (error: unknown) => void,
): Promise<QueueBackend> {
  // A producer gives up soon, because its caller can leave the reminder to the rescuer; a worker
  // never does, because it has nothing else to wait for.
  const producer = connect(redis, { maxRetriesPerRequest: 1, enableOfflineQueue: !redis.cluster });
  const consumer = connect(redis, { maxRetriesPerRequest: null, enableOfflineQueue: true });
  for (const connection of [producer, consumer]) connection.on("error", onError);
  const queues = names.map((name) => new Queue(name, { connection: producer }));
  const openWorker: OpenWorker = (name, processor, options) => {
    const worker = new Worker(name, processor, { ...options, connection: consumer });
    worker.on("error", onError);
    worker.on("failed", (_job, error) => onError(error));
    return worker;
  };
  const disconnect = () => {
    producer.disconnect();
    consumer.disconnect();
  };
  return over({ queues, names, openWorker, onError, disconnect });
}

/** Connects to one server, or to a cluster by one of its nodes, which all have the same password. */
function connect(
  { url, cluster }: { url: string; cluster: boolean },
  options: { maxRetriesPerRequest: number | null; enableOfflineQueue: boolean },
): Redis | Cluster {
  if (!cluster) return new Redis(url, options);
  const { username, password, protocol } = new URL(url);
  const { maxRetriesPerRequest, enableOfflineQueue } = options;
  return new Cluster([url], {
    // A command that waits for a cluster to be there again would wait without end.
    enableOfflineQueue,
    redisOptions: {
      maxRetriesPerRequest,
      ...(username !== "" && { username: decodeURIComponent(username) }),
      ...(password !== "" && { password: decodeURIComponent(password) }),
      ...(protocol === "rediss:" && { tls: {} }),
    },
  });
}

type OpenWorker = (
  name: string,
  processor: Processor<JobData>,
  options: Omit<WorkerOptions, "connection">,
) => Pick<Worker, "close">;

/** What both back ends do with their queues. */
function over(parts: {
  queues: readonly (Queue | PostgresQueue)[];
  names: readonly string[];
  openWorker: OpenWorker;
  onError: (error: unknown) => void;
  disconnect: () => void;
}): QueueBackend {
  const { queues, names, onError } = parts;
  for (const queue of queues) queue.on("error", onError);
  return {
    queues,
    async add(jobs) {
      const ofEach = queues.map((queue) => ({
        queue,
        own: jobs.filter(({ clinicId }) => queueOf(queues, clinicId) === queue),
      }));
      const added = ofEach
        .filter(({ own }) => own.length > 0)
        .map(({ queue, own }) =>
          queue.addBulk(own.map(({ name, data, opts }) => ({ name, data, opts }))),
        );
      await Promise.all(added);
    },
    openWorkers(processor, options) {
      const concurrency = Math.ceil(options.concurrency / names.length);
      const workers = names.map((name) =>
        parts.openWorker(name, processor, { ...options, concurrency }),
      );
      return {
        async close() {
          await Promise.all(workers.map((worker) => worker.close()));
        },
      };
    },
    answers: () => answerSoon(queues),
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
      parts.disconnect();
    },
  };
}

/** The queue that a clinic's jobs are in. */
function queueOf<Q>(queues: readonly Q[], clinicId: string): Q {
  const queue = queues[shardOf(clinicId, queues.length)];
  if (queue === undefined) throw new Error("there is no queue at all");
  return queue;
}

async function answerSoon(queues: readonly Pick<Queue, "getWaitingCount">[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 1_000);
  });
  const answered = Promise.all(queues.map((queue) => queue.getWaitingCount())).then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
