import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { openPglitePool } from "../src/ledger/pglitePool.ts";
import { type Program, startProgram } from "../tests/support/program.ts";
import { type Asks, fillDue } from "./dueReminders.ts";
import { cpuMs, residentBytes } from "./processes.ts";
import { withPrograms } from "./programs.ts";
import type { Provider } from "./providers.ts";
import { type Lateness, latenessOf } from "./statistics.ts";
import type { Base } from "./subject.ts";
import { checkArrivals, lateOf } from "./verdict.ts";

/** What the program is to send: see `fillDue`. */
export interface Work {
  count: number;
  leadMs: number;
  apartMs: number;
  /** How many processes of `worker` send it, where it is not embedded. */
  workers?: number;
  /** Whom it is sent to; the outbox, which takes no time, where there is none. */
  provider?: Provider;
}

/** What came of reminders, or of a queue's jobs. */
export interface Sent {
  /** From when the first was due to when the last was recorded. */
  perSecond: number;
  /** From due to recorded, of each. */
  lateness: Lateness;
  /** CPU time of the processes that did it, an item; the servers' is not counted. */
  cpuMsEach: number;
}

/** The same of the program, with what its first process held in memory before it was due, and at most. */
export interface Delivered extends Sent {
  memory: { idle: number; busy: number };
}

/** The built program with an outbox that shows nothing, so that sending to it takes no time. */
const SILENT = {
  nodeArgs: ["--import", "tsx"],
  main: fileURLToPath(new URL("silent.ts", import.meta.url)),
};

/** How often it is looked whether all is recorded, near the end. */
const LOOK_MS = 25;

/** Work that goes on for so long after the last was due goes nowhere. */
const DEADLINE_MS = 240_000;

/** Fills a copy of `base` with reminders to come, lets the built program send them, and looks at every row. */
export async function sendAll(base: Base, work: Work): Promise<Delivered> {
  const { env, drop } = await base.copy();
  try {
    const settings = { ...env, ...work.provider?.env };
    const run: Run = { work, settings, treatmentId: base.treatmentId };
    const dataDir = env["DATA_DIR"];
    return dataDir === undefined ? await onServer(run) : await onEmbedded(run, dataDir);
  } finally {
    await drop();
  }
}

interface Run {
  work: Work;
  settings: Record<string, string>;
  treatmentId: string;
}

async function onServer({ work, settings, treatmentId }: Run): Promise<Delivered> {
  const ledger = new pg.Client({ connectionString: settings["DATABASE_URL"] });
  await ledger.connect();
  try {
    return await withPrograms(async (owner) => {
      const workers = await Promise.all(
        Array.from({ length: work.workers ?? 1 }, () =>
          startProgram(owner, ["worker"], settings, SILENT),
        ),
      );
      const due = await fillDue(ledger, { treatmentId, ...work });
      const measured = await watch(workers, due, work, async () => {
        const { rows } = await ledger.query<{ done: number }>(
          `select count(*)::int as done from aftercare.attempts where ended_at is not null`,
        );
        return rows[0]?.done ?? 0;
      });
      await Promise.all(workers.map((worker) => worker.stop()));
      return judged(ledger, due, work, measured);
    });
  } finally {
    await ledger.end();
  }
}

/** The embedded ledger is its program's alone: it is filled before, and read afterwards. */
async function onEmbedded(
  { work, settings, treatmentId }: Run,
  dataDir: string,
): Promise<Delivered> {
  const due = await onEngine(dataDir, (engine) => fillDue(engine, { treatmentId, ...work }));
  const measured = await withPrograms(async (owner) => {
    const program = await startProgram(owner, ["serve"], settings, SILENT);
    const measures = await watch([program], due, work, () => sentSoFar(program));
    await program.stop();
    return measures;
  });
  return onEngine(dataDir, (engine) => judged(engine, due, work, measured));
}

async function onEngine<T>(dataDir: string, act: (engine: Asks) => Promise<T>): Promise<T> {
  const engine = await openPglitePool(dataDir);
  try {
    return await act(engine);
  } finally {
    await engine.end();
  }
}

async function sentSoFar({ address }: Program): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const counts = text.matchAll(/^aftercare_attempts_total\{[^}]*\} (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Measured {
  tookMs: number;
  cpu: number;
  memory: Delivered["memory"];
}

/** Waits until all is done, by `look`, which says how many are. */
async function watch(
  programs: readonly Program[],
  due: Date,
  { count, apartMs }: Work,
  look: () => Promise<number>,
): Promise<Measured> {
  const cpuOfAll = () => programs.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
  const memoryOfFirst = () => residentBytes(programs[0]?.pid ?? 0);
  await pause(Math.max(0, due.getTime() - Date.now()));
  const cpuBefore = cpuOfAll();
  const memory = { idle: memoryOfFirst(), busy: 0 };
  const lastDue = due.getTime() + count * apartMs;
  for (;;) {
    const done = await look();
    const now = Date.now();
    memory.busy = Math.max(memory.busy, memoryOfFirst());
    if (done >= count) return { tookMs: now - due.getTime(), cpu: cpuOfAll() - cpuBefore, memory };
    for (const program of programs) {
      const end = program.ended();
      if (end !== null) throw new Error(`the program ended: ${end.stderr}`);
    }
    if (now > lastDue + DEADLINE_MS) throw new Error(`not all was sent ${DEADLINE_MS} ms later`);
    // Each look costs the ledger time: far from the end it is seldom done.
    const leftMs = ((now - due.getTime()) / Math.max(1, done)) * (count - done);
    await pause(Math.min(1_000, Math.max(LOOK_MS, leftMs / 3, Math.min(500, lastDue - now))));
  }
}

async function judged(
  ledger: Asks,
  due: Date,
  { count, apartMs, provider }: Work,
  { tookMs, cpu, memory }: Measured,
): Promise<Delivered> {
  const { recorded } = await lateOf(ledger, count);
  if (provider !== undefined) checkArrivals(await provider.arrivals(), due, count, apartMs);
  return {
    perSecond: (count / tookMs) * 1_000,
    lateness: latenessOf(recorded),
    cpuMsEach: cpu / count,
    memory,
  };
}
