import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { MOST_OF_ONE_SENDER, takeDue } from "../src/ledger/dispatch.ts";
import { openLedger } from "../src/ledger/ledger.ts";
import { until } from "../tests/support/poll.ts";
import { type Program, startProgram } from "../tests/support/program.ts";
import { type Asks, fillDue } from "./dueReminders.ts";
import { enrolMany } from "./loads.ts";
import { withPrograms } from "./programs.ts";
import type { Servers } from "./servers.ts";
import { median, percentile } from "./statistics.ts";
import { type Base, KEY } from "./subject.ts";
import { lateOf } from "./verdict.ts";

/** A ledger with reminders that wait. */
export interface Pending {
  env: Record<string, string>;
  treatmentId: string;
  reminders: number;
  /** Of the table of reminders and its indexes, and of all that came with them. */
  bytesEach: number;
  ledgerBytesEach: number;
  /** How many patients were enrolled into it over HTTP so far. */
  enrolled: number;
}

/** What one round says of a ledger of some size. */
export interface Size {
  enrolRate: number;
  dispatchRate: number;
  claimP99: number;
  scanMs: number;
  roundMs: number;
  restartMs: number;
  redisMb: number;
}

const SCANS = 50;
const ROUNDS = 20;
const LOOK_MS = 25;
const DEADLINE_MS = 120_000;

/** Copies `base` and has it filled; says how large that made it. */
export async function openPending(
  servers: Servers,
  base: Base,
  fill: (ledger: Asks) => Promise<number>,
): Promise<Pending> {
  const { env } = await base.copy();
  return withLedger(env, async (ledger) => {
    const before = await bytesOf(ledger);
    const reminders = await fill(ledger);
    const after = await bytesOf(ledger);
    return {
      env: { ...env, REDIS_URL: await servers.emptyRedis() },
      treatmentId: base.treatmentId,
      reminders,
      bytesEach: (after.reminders - before.reminders) / reminders,
      ledgerBytesEach: (after.all - before.all) / reminders,
      enrolled: 0,
    };
  });
}

async function withLedger<T>(
  env: Record<string, string>,
  act: (ledger: pg.Client) => Promise<T>,
): Promise<T> {
  const ledger = new pg.Client({ connectionString: env["DATABASE_URL"] });
  await ledger.connect();
  try {
    return await act(ledger);
  } finally {
    await ledger.end();
  }
}

async function bytesOf(ledger: pg.Client): Promise<{ reminders: number; all: number }> {
  const { rows } = await ledger.query<{ reminders: number; everything: number }>(
    `select pg_total_relation_size('aftercare.reminders')::float8 as reminders,
       (select sum(pg_total_relation_size(c.oid)) from pg_class c
        where c.relnamespace = 'aftercare'::regnamespace and c.relkind = 'r')::float8 as everything`,
  );
  return { reminders: rows[0]?.reminders ?? 0, all: rows[0]?.everything ?? 0 };
}

/** Measures a ledger once; what is sent or enrolled stays in it. */
export async function lookAt(
  servers: Servers,
  pending: Pending,
  { enrolments, due }: { enrolments: number; due: number },
): Promise<Size> {
  await servers.emptyRedis();
  return withPrograms((owner) =>
    withLedger(pending.env, async (ledger) => {
      const began = performance.now();
      const api = await startProgram(owner, ["serve", "--api-only"], pending.env);
      await until("the API is ready", async () => (await fetch(`${api.address}/readyz`)).ok);
      const restartMs = performance.now() - began;
      const enrolRate = await enrolInto(pending, api, enrolments);
      const worker = await startProgram(owner, ["worker"], pending.env);
      const sent = await burstIn(pending, ledger, due);
      const redisMb = (await servers.redisMemory()) / 2 ** 20;
      await worker.stop();
      await api.stop();
      const scanMs = await scan(pending);
      const roundMs = await round(pending, ledger);
      return { enrolRate, ...sent, scanMs, roundMs, restartMs, redisMb };
    }),
  );
}

async function enrolInto(pending: Pending, api: Program, enrolments: number): Promise<number> {
  const load = { address: api.address, key: KEY, connections: 16 };
  const warmUp = Math.max(16, Math.ceil(enrolments / 5));
  await enrolMany({ ...load, amount: warmUp, first: pending.enrolled });
  pending.enrolled += warmUp;
  const { perSecond } = await enrolMany({ ...load, amount: enrolments, first: pending.enrolled });
  pending.enrolled += enrolments;
  return perSecond;
}

/** Sends what the enrolments made due at once, and then a burst, whose every reminder is looked at. */
async function burstIn(
  pending: Pending,
  ledger: pg.Client,
  count: number,
): Promise<Pick<Size, "dispatchRate" | "claimP99">> {
  await settled(ledger, new Date(Date.now() + 60_000));
  const mark = `${pending.enrolled}-`;
  const { treatmentId } = pending;
  const leadMs = 2_000 + 2 * count;
  const due = await fillDue(ledger, { treatmentId, count, leadMs, apartMs: 0, mark });
  await pause(due.getTime() - Date.now());
  const at = await settled(ledger, due);
  const { claimed } = await lateOf(ledger, count, mark);
  return {
    dispatchRate: (count / (at - due.getTime())) * 1_000,
    claimP99: percentile(claimed, 0.99),
  };
}

/** Waits until nothing that is due by `horizon` waits or is under way; returns when that was. */
async function settled(ledger: pg.Client, horizon: Date): Promise<number> {
  return until(
    "all that is due is sent",
    async () => {
      const { rows } = await ledger.query<{ open: boolean }>(
        `select exists (
             select from aftercare.reminders where status = 'scheduled' and due_at <= $1) or exists (
             select from aftercare.reminders where status in ('queued', 'sending', 'unknown')) as open`,
        [horizon],
      );
      return rows[0]?.open === false && Date.now();
    },
    { deadlineMs: DEADLINE_MS, everyMs: LOOK_MS },
  );
}

/** How long the dispatcher's statement takes where nothing is due: the median, in milliseconds. */
function scan(pending: Pending): Promise<number> {
  return takeOften(pending, SCANS, 0);
}

/**
 * How long it takes where a round's share of one clinic is due: the median, in milliseconds. What it has
 * taken has no jobs, and is called off.
 */
async function round(pending: Pending, client: pg.Client): Promise<number> {
  const { treatmentId } = pending;
  const count = ROUNDS * MOST_OF_ONE_SENDER;
  const mark = `round ${pending.enrolled}-`;
  const due = await fillDue(client, { treatmentId, count, leadMs: 0, apartMs: 0, mark });
  const tookMs = await takeOften(pending, ROUNDS, MOST_OF_ONE_SENDER);
  await client.query(
    `update aftercare.reminders set status = 'cancelled', taken_at = null
     where status = 'queued' and due_at = $1`,
    [due],
  );
  return tookMs;
}

/** The median of so many looks, each of which is to take so many reminders. */
async function takeOften({ env }: Pending, looks: number, takes: number): Promise<number> {
  const ledger = await openLedger({ databaseUrl: env["DATABASE_URL"] ?? "" });
  try {
    const took: number[] = [];
    for (let each = 0; each < looks; each++) {
      const now = new Date();
      const began = performance.now();
      const taken = await takeDue(ledger, new Date(now.getTime() + 60_000), 500, now);
      took.push(performance.now() - began);
      if (taken.length !== takes) throw new Error(`a look took ${taken.length}, not ${takes}`);
    }
    return median(took);
  } finally {
    await ledger.close();
  }
}

/** What an attempt that arrived takes of the ledger, with its indexes and no dead rows, in bytes. */
export function attemptBytes(pending: Pending): Promise<number> {
  return withLedger(pending.env, async (ledger) => {
    await ledger.query("vacuum full aftercare.attempts");
    const { rows } = await ledger.query<{ each: number }>(
      `select pg_total_relation_size('aftercare.attempts')::float8 / count(*) as each
       from aftercare.attempts`,
    );
    return rows[0]?.each ?? Number.NaN;
  });
}
