import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { openPglitePool } from "../src/ledger/pglitePool.ts";
import { type Program, startProgram } from "../tests/support/program.ts";
import { type Asks, fillDue } from "./dueReminders.ts";
import { cpuMs } from "./processes.ts";
import { withPrograms } from "./programs.ts";
import { type Lateness, latenessOf } from "./statistics.ts";
import type { Base } from "./subject.ts";

/** What came of reminders, or of a queue's jobs, that were due at one instant. */
export interface Burst {
  /** From the instant to when the last was done and that was recorded. */
  perSecond: number;
  /** From due to the end of each. */
  lateness: Lateness;
  /** CPU time of the process that did it, an item; the servers' is not counted. */
  cpuMsEach: number;
}

/** How often it is looked whether all is recorded. */
const LOOK_MS = 25;

/** A burst that takes longer than this goes nowhere. */
const DEADLINE_MS = 180_000;

/** Fills a copy of `base` with reminders due at one instant, lets the built program send them, and looks. */
export async function burstOfProgram(base: Base, count: number, leadMs: number): Promise<Burst> {
  const { env, drop } = await base.copy();
  try {
    const { treatmentId } = base;
    const fill = { treatmentId, count, leadMs, apartMs: 0 };
    return env["DATA_DIR"] === undefined
      ? await onServer(env, fill)
      : await onEmbedded(env, env["DATA_DIR"], fill);
  } finally {
    await drop();
  }
}

type Filling = Parameters<typeof fillDue>[1];

async function onServer(env: Record<string, string>, fill: Filling): Promise<Burst> {
  const ledger = new pg.Client({ connectionString: env["DATABASE_URL"] });
  await ledger.connect();
  try {
    return await withPrograms(async (owner) => {
      const worker = await startProgram(owner, ["worker"], env);
      const due = await fillDue(ledger, fill);
      const unsettled = async () => {
        // By the indexes on what waits and on what is under way: it costs next to nothing.
        const { rows } = await ledger.query<{ open: boolean }>(
          `select exists (select from aftercare.reminders where status = 'scheduled') or exists (
             select from aftercare.reminders where status in ('queued', 'sending', 'unknown')) as open`,
        );
        return rows[0]?.open ? LOOK_MS : 0;
      };
      const measured = await watch(worker, due, unsettled);
      await worker.stop();
      return await judged(ledger, fill.count, measured);
    });
  } finally {
    await ledger.end();
  }
}

/** The embedded ledger is its program's alone: it is filled before, and read afterwards. */
async function onEmbedded(
  env: Record<string, string>,
  dataDir: string,
  fill: Filling,
): Promise<Burst> {
  const before = await openPglitePool(dataDir);
  const due = await fillDue(before, fill).finally(() => before.end());
  const measured = await withPrograms(async (owner) => {
    const program = await startProgram(owner, ["serve"], env);
    const sent = async () => {
      const text = await (await fetch(`${program.address}/metrics`)).text();
      const counts = text.matchAll(/^aftercare_attempts_total\{[^}]*\} (\d+)/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const began = Date.now();
    const measures = await watch(program, due, async () => {
      const done = await sent();
      if (done >= fill.count) return 0;
      // Each look costs the engine time: far from the end it is seldom done.
      const leftMs = ((Date.now() - began) / Math.max(1, done)) * (fill.count - done);
      return Math.min(1_000, Math.max(LOOK_MS, leftMs / 3));
    });
    await program.stop();
    return measures;
  });
  const after = await openPglitePool(dataDir);
  return judged(after, fill.count, measured).finally(() => after.end());
}

/** Waits until `look` says that nothing is left: it returns how long to wait before it looks again, or 0. */
async function watch(program: Program, due: Date, look: () => Promise<number>) {
  await pause(Math.max(0, due.getTime() - Date.now()));
  const cpuBefore = cpuMs(program.pid);
  for (;;) {
    const again = await look();
    const tookMs = Date.now() - due.getTime();
    if (again === 0) return { tookMs, cpu: cpuMs(program.pid) - cpuBefore };
    const ended = program.ended();
    if (ended !== null) throw new Error(`the program ended: ${ended.stderr}`);
    if (tookMs > DEADLINE_MS) throw new Error(`not all was sent within ${DEADLINE_MS / 1_000} s`);
    await pause(again);
  }
}

/** Looks at every row: each reminder has one attempt, which was sent, and none began before it was due. */
async function judged(
  ledger: Asks,
  count: number,
  { tookMs, cpu }: { tookMs: number; cpu: number },
): Promise<Burst> {
  const late = await lateOf(ledger, count);
  return {
    perSecond: (count / tookMs) * 1_000,
    lateness: latenessOf(late),
    cpuMsEach: cpu / count,
  };
}

/**
 * How late each reminder of the copies was recorded, in milliseconds. Throws where one of them is lost,
 * doubled, failed or early.
 */
export async function lateOf(ledger: Asks, count: number): Promise<Float64Array> {
  const { rows } = await ledger.query(
    `select a.status, extract(epoch from a.started_at - r.due_at)::float8 * 1000 as began,
       extract(epoch from a.ended_at - r.due_at)::float8 * 1000 as ended, r.status as reminder
     from aftercare.reminders r
     join aftercare.treatments t on t.id = r.treatment_id and t.status = 'active'
     left join aftercare.attempts a on a.reminder_id = r.id
     where t.page_token like 'token-%'`,
  );
  type Row = { status: string | null; reminder: string; began: number; ended: number };
  const attempts = rows as Row[];
  const isSent = (status: string | null) => status === "sent" || status === "delivered";
  const sent = attempts.filter((each) => isSent(each.status) && isSent(each.reminder));
  if (attempts.length !== count || sent.length !== count) {
    throw new Error(
      `of ${count} reminders, ${sent.length} of ${attempts.length} attempts were sent`,
    );
  }
  const early = attempts.filter(({ began }) => began < 0).length;
  if (early > 0) throw new Error(`${early} of ${count} reminders were early`);
  return Float64Array.from(attempts, ({ ended }) => ended);
}
