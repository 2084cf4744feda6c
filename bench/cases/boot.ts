import { execFile } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startProgram } from "../../tests/support/program.ts";
import type { Bench, Case, Report } from "../bench.ts";
import { sendAll } from "../burst.ts";
import { enrolMany } from "../loads.ts";
import { residentBytes } from "../processes.ts";
import { withPrograms } from "../programs.ts";
import { inRounds } from "../rounds.ts";
import type { Servers } from "../servers.ts";
import { spread } from "../statistics.ts";
import { type Base, baseOf, KEY, SETTINGS } from "../subject.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** What is measured in a round, in milliseconds and MiB. */
interface Boot {
  firstMs: number;
  laterMs: number;
  apiIdle: number;
  apiBusy: number;
  workerIdle: number;
  workerBusy: number;
  embeddedIdle: number;
  embeddedBusy: number;
}

const ROWS: { key: keyof Boot; name: string }[] = [
  { key: "firstMs", name: "embedded, first start until it listens, ms" },
  { key: "laterMs", name: "embedded, later start, ms" },
  { key: "apiIdle", name: "API on Redis and PostgreSQL, idle, MiB" },
  { key: "apiBusy", name: "the same while enrolling over 16 connections, MiB" },
  { key: "workerIdle", name: "worker on Redis and PostgreSQL before a burst, MiB" },
  { key: "workerBusy", name: "the same in the burst, MiB" },
  { key: "embeddedIdle", name: "embedded, API and worker in one, before a burst, MiB" },
  { key: "embeddedBusy", name: "the same in the burst, MiB" },
];

export const boot: Case = { name: "boot", title: "Starts, size and memory", run: measure };

async function measure(bench: Bench): Promise<Report> {
  const { servers, quick, progress } = bench;
  const count = quick ? 200 : 2_000;
  progress("boot: preparing");
  const onRedis = await baseOf(servers, "redis");
  const embedded = await baseOf(servers, "embedded");
  const sizes = quick ? [] : await installedSizes(servers, progress);
  const results = await inRounds<Boot>(bench, "boot", [
    { name: "all", run: () => once(servers, quick ? null : { onRedis, embedded }, count) },
  ]);
  const rounds = results.get("all") ?? [];
  return {
    about: [
      `Resident memory is what the kernel says of the process. The burst is of ${count.toLocaleString("en-US")} reminders, on the embedded engine of ${(count / 4).toLocaleString("en-US")}; the API is asked for as many enrolments as that.`,
    ],
    tables: [
      {
        head: ["", "measured"],
        rows: [
          ...ROWS.map(({ key, name }) => [name, spread(rounds.map((each) => each[key]))]),
          ...sizes,
        ],
      },
    ],
    plots: [],
    targets: [],
    figures: ROWS.map(({ key, name }) => ({
      name,
      unit: name.endsWith("ms") ? "ms" : "MiB",
      values: rounds.map((each) => each[key]),
    })),
  };
}

async function once(
  servers: Servers,
  bases: { onRedis: Base; embedded: Base } | null,
  count: number,
): Promise<Boot> {
  const env = { ...SETTINGS, ...(await servers.envOf("embedded")) };
  const firstMs = await startMs(env);
  const laterMs = await startMs(env);
  const api = await memoryOfApi(servers, count / 4);
  const leadMs = 3_000 + count;
  const worker = bases && (await sendAll(bases.onRedis, { count, leadMs, apartMs: 0 }));
  const one = bases && (await sendAll(bases.embedded, { count: count / 4, leadMs, apartMs: 0 }));
  return {
    firstMs,
    laterMs,
    apiIdle: api.idle / 2 ** 20,
    apiBusy: api.busy / 2 ** 20,
    workerIdle: (worker?.memory.idle ?? Number.NaN) / 2 ** 20,
    workerBusy: (worker?.memory.busy ?? Number.NaN) / 2 ** 20,
    embeddedIdle: (one?.memory.idle ?? Number.NaN) / 2 ** 20,
    embeddedBusy: (one?.memory.busy ?? Number.NaN) / 2 ** 20,
  };
}

async function startMs(env: Record<string, string>): Promise<number> {
  return withPrograms(async (owner) => {
    const began = performance.now();
    const program = await startProgram(owner, ["serve"], env);
    const took = performance.now() - began;
    await program.stop();
    return took;
  });
}

async function memoryOfApi(
  servers: Servers,
  enrolments: number,
): Promise<{ idle: number; busy: number }> {
  const env = { ...SETTINGS, ...(await servers.envOf("redis")) };
  await servers.emptyRedis();
  return withPrograms(async (owner) => {
    const server = await startProgram(owner, ["serve", "--api-only"], env);
    await pause(1_000);
    const memory = { idle: residentBytes(server.pid), busy: 0 };
    const looking = setInterval(() => {
      memory.busy = Math.max(memory.busy, residentBytes(server.pid));
    }, 50);
    const load = { address: server.address, key: KEY, connections: 16 };
    await enrolMany({ ...load, amount: enrolments, first: 0 }).finally(() =>
      clearInterval(looking),
    );
    await server.stop();
    return memory;
  });
}

/** What `npm ci` puts on the disk, for those who run the program and for those who work on it. */
async function installedSizes(servers: Servers, progress: Bench["progress"]): Promise<string[][]> {
  const rows: string[][] = [];
  for (const [name, more] of [
    ["for production (--omit=dev)", ["--omit=dev"]],
    ["with the development packages", []],
  ] as const) {
    progress(`boot: npm ci ${name}`);
    const directory = servers.newPath();
    mkdirSync(directory);
    for (const file of ["package.json", "package-lock.json"]) {
      cpSync(path.join(ROOT, file), path.join(directory, file));
    }
    const installed = await run("npm", ["ci", "--ignore-scripts", "--no-audit", ...more], {
      cwd: directory,
    }).then(
      () => true,
      () => false,
    );
    const size = installed ? `${await megabytes(directory)} MiB` : "not reached";
    rows.push([`\`npm ci\` ${name}`, size]);
  }
  return rows;
}

async function megabytes(directory: string): Promise<number> {
  const { stdout } = await run("du", ["-sm", directory]);
  return Number(stdout.split("\t")[0]);
}
