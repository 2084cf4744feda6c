import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import type { Pool } from "../../src/ledger/pool.ts";
import type { Task } from "./baseline.ts";
import { runBullmq } from "./bullmq.ts";

/** Does the task with bare BullMQ in a database, whichever engine is behind the pool. */
export async function runInDatabase(task: Task, connection: Pool): Promise<never> {
  const client = await connection.connect();
  await runMigrations(client, "bullmq");
  client.release();
  return runBullmq(task, {
    queue: new Queue("bare", { connection }, createPostgresBackend),
    startWorker: (process, options) =>
      new Worker("bare", process, { ...options, connection }, createPostgresBackend),
  });
}
