import type { Queue, WorkerOptions } from "bullmq";
import { countBurst, dataOf, report, runsOf, type Task, timeAdding } from "./baseline.ts";

/** How many jobs one call adds, as the program's dispatcher does. */
const BATCH = 500;

/** BullMQ on some backend, opened twice as its documentation has it: once to add, once to work. */
export interface Opened {
  queue: Pick<Queue, "addBulk">;
  startWorker: (
    process: () => Promise<void>,
    options: Pick<WorkerOptions, "concurrency">,
  ) => {
    on(event: "completed", listener: () => void): unknown;
  };
}

/** Does the task with bare BullMQ: jobs that do nothing, and are gone when they are done. */
export async function runBullmq(task: Task, { queue, startWorker }: Opened): Promise<never> {
  const job = (number: number, delay: number) => ({
    name: "deliver",
    data: dataOf(number),
    opts: { delay, removeOnComplete: true },
  });
  if (task.act === "add") {
    const day = 86_400_000;
    const outcome = await timeAdding(task, (set) =>
      queue.addBulk(
        Array.from({ length: task.setOf }, (_, each) =>
          job(set * task.setOf + each, day * (each + 1)),
        ),
      ),
    );
    return report(outcome);
  }
  const burst = countBurst(task);
  const worker = startWorker(() => Promise.resolve(), { concurrency: task.concurrency });
  worker.on("completed", () => burst.done());
  const due = Date.now() + task.leadMs;
  burst.dueAt(due);
  for (const { first, length } of runsOf(task.count, BATCH)) {
    await queue.addBulk(
      Array.from({ length }, (_, each) => job(first + each, Math.max(0, due - Date.now()))),
    );
  }
  return report(await burst.result());
}
