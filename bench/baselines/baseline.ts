import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Sent } from "../burst.ts";
import { latenessOf } from "../statistics.ts";

/** What a baseline's process is told: where to work, and how much. */
export interface Task {
  /** "burst": delayed jobs of one instant; "add": sets of jobs, to be added as fast as can be. */
  act: "burst" | "add";
  /** A database, a directory for the embedded engine, or a Redis. */
  where: string;
  /** Jobs of the burst, or sets that are added. */
  count: number;
  /** How many jobs are under way at once, or how many callers add. */
  concurrency: number;
  /** How long after the start of adding the burst is due, in milliseconds. */
  leadMs: number;
  /** How many jobs a set has: as many as one enrolment makes reminders. */
  setOf: number;
  /** How many sets are added before those that count. */
  warmUp: number;
}

export const BASELINES = [
  "bullmqRedis",
  "bullmqPostgres",
  "bullmqPglite",
  "graphileWorker",
  "pgBoss",
] as const;

export type Baseline = (typeof BASELINES)[number];

const DEADLINE_MS = 180_000;

/** Runs a baseline in a process of its own, as the program runs in one. It prints what came of it as JSON. */
export async function runBaseline(
  baseline: Baseline,
  task: Task,
  deadlineMs = DEADLINE_MS,
): Promise<Sent> {
  const script = fileURLToPath(new URL(`${baseline}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const impatience = setTimeout(kill, deadlineMs);
  try {
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (code !== 0)
      throw new Error(`${baseline} ended with ${code}: ${output.stderr.slice(0, 1_000)}`);
    return JSON.parse(output.stdout.trim().split("\n").at(-1) ?? "") as Sent;
  } finally {
    clearTimeout(impatience);
    process.removeListener("exit", kill);
  }
}

/** In a baseline's process: its task. */
export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? "") as Task;
}

/** In a baseline's process: counts what is done of a burst, and says what came of it when all is. */
export function countBurst({ count }: Task) {
  const doneAt: number[] = [];
  let cpu = process.cpuUsage();
  let due = Number.NaN;
  let resolve = () => {};
  const ended = new Promise<void>((resolved) => {
    resolve = resolved;
  });
  return {
    /** To be called when the jobs are there, with the instant at which they are due. */
    dueAt(instant: number) {
      due = instant;
      setTimeout(
        () => {
          cpu = process.cpuUsage();
        },
        Math.max(0, instant - Date.now()),
      );
    },
    /** To be called once for each job, when it is recorded as done. */
    done() {
      doneAt.push(Date.now());
      if (doneAt.length === count) resolve();
    },
    async result(): Promise<Sent> {
      await ended;
      const used = process.cpuUsage(cpu);
      const late = doneAt.map((at) => at - due);
      if (Math.min(...late) < 0) throw new Error("a job was early");
      return {
        perSecond: (count / (Math.max(...doneAt) - due)) * 1_000,
        lateness: latenessOf(late),
        cpuMsEach: (used.user + used.system) / 1_000 / count,
      };
    },
  };
}

/**
 * In a baseline's process: adds `count` sets of jobs from several callers, once it is warm, and says how
 * fast that was.
 */
export async function timeAdding(
  { count, concurrency, warmUp }: Task,
  addSet: (number: number) => Promise<unknown>,
): Promise<Sent> {
  let next = 0;
  const addUntil = async (end: number) => {
    const took: number[] = [];
    const caller = async () => {
      while (next < end) {
        const number = next++;
        const from = performance.now();
        await addSet(number);
        took.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, caller));
    return took;
  };
  await addUntil(warmUp);
  const cpu = process.cpuUsage();
  const began = performance.now();
  const took = await addUntil(warmUp + count);
  const tookMs = performance.now() - began;
  const used = process.cpuUsage(cpu);
  return {
    perSecond: (count / tookMs) * 1_000,
    lateness: latenessOf(took),
    cpuMsEach: (used.user + used.system) / 1_000 / count,
  };
}

/** In a baseline's process: hands over the result, and ends. */
export function report(outcome: Sent): never {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  // Not gracefully: what is open is thrown away with its database.
  process.exit(0);
}

/** Splits `count` numbers into runs of at most `size`, each as its first number and its length. */
export function runsOf(count: number, size: number): { first: number; length: number }[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => ({
    first: index * size,
    length: Math.min(size, count - index * size),
  }));
}

/** What a job holds: as much as one of the program's. */
export function dataOf(number: number) {
  return {
    reminderId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    dispatchNo: 1,
  };
}
