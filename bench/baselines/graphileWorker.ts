// graphile-worker on a PostgreSQL server, in a process of its own.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { countBurst, dataOf, readTask, report, runsOf, timeAdding } from "./baseline.ts";

/** Its default of 2 s would be most of the lateness; it looks at once where a job was just found. */
const POLL_MS = 100;
const BATCH = 500;

const task = readTask();
const logger = new Logger(() => () => {});
const pgPool = new pg.Pool({ connectionString: task.where, max: 10 });
const utils = await makeWorkerUtils({ pgPool, logger });
await utils.migrate();

/** Its `addJobs`, which the version for Node 20 has only as a function of the database. */
async function addJobs(db: pg.Pool | pg.PoolClient, jobs: { number: number; runAt: Date }[]) {
  const specs = jobs.map(({ number, runAt }) => ({ payload: dataOf(number), runAt }));
  await db.query(
    `select from graphile_worker.add_jobs((
       select array_agg(row('deliver', s->'payload', null, (s->>'runAt')::timestamptz, null, null, null, null)
         ::graphile_worker.job_spec)
       from json_array_elements($1::json) s))`,
    [JSON.stringify(specs)],
  );
}

if (task.act === "add") {
  const now = Date.now();
  const outcome = await timeAdding(task, async (set) => {
    const client = await pgPool.connect();
    try {
      await client.query("begin");
      await addJobs(
        client,
        Array.from({ length: task.setOf }, (_, each) => ({
          number: set * task.setOf + each,
          runAt: new Date(now + 86_400_000 * (each + 1)),
        })),
      );
      await client.query("commit");
    } finally {
      client.release();
    }
  });
  report(outcome);
}

const burst = countBurst(task);
const due = new Date(Date.now() + task.leadMs);
burst.dueAt(due.getTime());
for (const { first, length } of runsOf(task.count, BATCH)) {
  await addJobs(
    pgPool,
    Array.from({ length }, (_, each) => ({ number: first + each, runAt: due })),
  );
}
const runner = await run({
  pgPool,
  logger,
  concurrency: task.concurrency,
  pollInterval: POLL_MS,
  noHandleSignals: true,
  taskList: { deliver: async () => {} },
});
// Told once the row of the job is gone.
runner.events.on("job:complete", () => burst.done());
report(await burst.result());
