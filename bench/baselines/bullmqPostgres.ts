// Bare BullMQ on a PostgreSQL server, in a process of its own.
import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { openPool } from "../../src/ledger/pool.ts";
import { readTask } from "./baseline.ts";
import { runBullmq } from "./bullmq.ts";

const task = readTask();
// As many connections as the program's queue has.
const connection = openPool(task.where, { searchPath: "bullmq", max: 10 });
const client = await connection.connect();
await runMigrations(client, "bullmq");
client.release();
await runBullmq(task, {
  queue: new Queue("bare", { connection }, createPostgresBackend),
  startWorker: (process, options) =>
    new Worker("bare", process, { ...options, connection }, createPostgresBackend),
});
