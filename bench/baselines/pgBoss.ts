// pg-boss on a PostgreSQL server, in a process of its own.
import { setTimeout as pause } from "node:timers/promises";
import PgBoss from "pg-boss";
import { countBurst, dataOf, readTask, report, runsOf, timeAdding } from "./baseline.ts";

/** Its own workers look every half second at most, and take one batch then: this is faster. */
const LOOK_MS = 20;
const LOOPS = 4;
const BATCH = 500;
const QUEUE = "deliver";

const task = readTask();
const boss = new PgBoss({
  connectionString: task.where,
  max: 10,
  supervise: false,
  schedule: false,
});
boss.on("error", (error) => void process.stderr.write(`${String(error)}\n`));
await boss.start();
await boss.createQueue(QUEUE);
const job = (number: number, startAfter: Date) => ({
  name: QUEUE,
  data: dataOf(number),
  startAfter,
});

if (task.act === "add") {
  const now = Date.now();
  report(
    await timeAdding(task, (set) =>
      boss.insert(
        Array.from({ length: task.setOf }, (_, each) =>
          job(set * task.setOf + each, new Date(now + 86_400_000 * (each + 1))),
        ),
      ),
    ),
  );
}

const burst = countBurst(task);
const due = new Date(Date.now() + task.leadMs);
burst.dueAt(due.getTime());
for (const { first, length } of runsOf(task.count, BATCH)) {
  await boss.insert(Array.from({ length }, (_, each) => job(first + each, due)));
}
const loop = async () => {
  for (;;) {
    const jobs = await boss.fetch(QUEUE, { batchSize: task.concurrency });
    if (jobs.length === 0) {
      await pause(LOOK_MS);
      continue;
    }
    await boss.complete(
      QUEUE,
      jobs.map(({ id }) => id),
    );
    for (const _ of jobs) burst.done();
  }
};
for (let each = 0; each < LOOPS; each++) void loop();
report(await burst.result());
