// Bare BullMQ on the embedded engine, opened as the program opens it, in a process of its own.
import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { openPglitePool } from "../../src/ledger/pglitePool.ts";
import { readTask } from "./baseline.ts";
import { runBullmq } from "./bullmq.ts";

const task = readTask();
const connection = await openPglitePool(task.where);
const client = await connection.connect();
await runMigrations(client, "bullmq");
client.release();
await runBullmq(task, {
  queue: new Queue("bare", { connection }, createPostgresBackend),
  startWorker: (process, options) =>
    new Worker("bare", process, { ...options, connection }, createPostgresBackend),
});
