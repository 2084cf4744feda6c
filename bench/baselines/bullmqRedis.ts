// Bare BullMQ on Redis, in a process of its own.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { readTask } from "./baseline.ts";
import { runBullmq } from "./bullmq.ts";

const task = readTask();
const connect = () => new Redis(task.where, { maxRetriesPerRequest: null });
await runBullmq(task, {
  queue: new Queue("bare", { connection: connect() }),
  startWorker: (process, options) =>
    new Worker("bare", process, { ...options, connection: connect() }),
});
