import pg from "pg";
import { startProgram } from "../../tests/support/program.ts";
import { openApi } from "../../tests/support/programApi.ts";
import { type Baseline, runBaseline } from "../baselines/baseline.ts";
import type { Bench, Case, Report } from "../bench.ts";
import { enrolMany } from "../loads.ts";
import { cpuMs } from "../processes.ts";
import { withPrograms } from "../programs.ts";
import { inRounds } from "../rounds.ts";
import type { Deployment, Servers } from "../servers.ts";
import { amount, type Lateness, median, spread } from "../statistics.ts";
import { KEY, SETTINGS } from "../subject.ts";

const CONNECTIONS = 16;
const BOUND = 0.4;
const P99_MS = 50;

/**
 * Enrolments, and sets of jobs, before those that count: connections, and code that is compiled and found
 * worth making faster, as that of a process is which has run since yesterday.
 */
const WARM_UP = 500;
const QUICK_WARM_UP = 50;

interface Amounts {
  count: number;
  warmUp: number;
}

interface Enrolled {
  perSecond: number;
  took: Lateness;
  cpuMsEach: number;
}

const NAMES: Record<string, string> = {
  redis: "Aftercare over HTTP, on Redis and PostgreSQL",
  postgres: "Aftercare over HTTP, on PostgreSQL",
  bullmqRedis: "BullMQ's `addBulk` on Redis, in process",
  bullmqPostgres: "BullMQ's `addBulk` on PostgreSQL, in process",
  graphileWorker: "graphile-worker's `add_jobs` in a transaction, in process",
};

export const enrol: Case = { name: "enrol", title: "Enrolment", run };

async function run(bench: Bench): Promise<Report> {
  const { servers, quick } = bench;
  const amounts = { count: quick ? 100 : 3_000, warmUp: quick ? QUICK_WARM_UP : WARM_UP };
  const setOf = await remindersEach(servers);
  const deployments: Deployment[] = quick ? ["redis"] : ["redis", "postgres"];
  const variants = [
    ...deployments.map((deployment) => ({
      name: deployment,
      run: () => overHttp(servers, deployment, amounts, setOf),
    })),
    ...(["bullmqRedis", "bullmqPostgres", "graphileWorker"] as const).map((baseline) => ({
      name: baseline,
      isBaseline: true,
      run: () => inProcess(servers, baseline, amounts, setOf),
    })),
  ];
  const results = [...(await inRounds<Enrolled>(bench, "enrol", variants))].map(
    ([name, rounds]) => ({
      key: name,
      name: NAMES[name] ?? name,
      rates: rounds.map(({ perSecond }) => perSecond),
      p50: rounds.map(({ took }) => took.p50),
      p99: rounds.map(({ took }) => took.p99),
      cpu: rounds.map(({ cpuMsEach }) => cpuMsEach),
    }),
  );
  const of = (key: string) => results.find((each) => each.key === key);
  const ratio = median(of("redis")?.rates ?? []) / median(of("bullmqRedis")?.rates ?? []);
  const p99 = median(of("redis")?.p99 ?? []);
  return {
    about: [
      `${amounts.count.toLocaleString("en-US")} new patients enrolled for micro needling over ${CONNECTIONS} connections (autocannon), answered by one process of \`serve --api-only\`: ${setOf} reminders each, by SMS and email, after ${amounts.warmUp} that do not count. The baselines add as many delayed jobs for each, from ${CONNECTIONS} callers in a process of their own: no HTTP, no patient, no plan; after as many that do not count. Each row of the ledger is counted afterwards.`,
    ],
    tables: [
      {
        head: ["", "enrolments a second", "p50, ms", "p99, ms", "CPU of the process each, ms"],
        rows: results.map(({ name, rates, p50, p99: p99s, cpu }) => [
          name,
          ...[rates, p50, p99s, cpu].map(spread),
        ]),
      },
      {
        head: ["ratio of the medians", "measured"],
        rows: results
          .filter(({ key }) => key !== "redis")
          .map(({ name, rates }) => [
            `${NAMES["redis"]} / ${name}`,
            amount(median(of("redis")?.rates ?? []) / median(rates)),
          ]),
      },
    ],
    plots: [
      {
        name: "enrol",
        plot: {
          kind: "bars",
          title: "Enrolments (or sets of as many jobs) a second",
          unit: "a second",
          bars: results.map(({ name, rates }) => ({
            name: name.replaceAll("`", ""),
            values: rates,
          })),
        },
      },
    ],
    targets: [
      {
        line: "enrol: over HTTP / bare in-process addBulk on the same Redis",
        bound: `≥ ${BOUND}`,
        measured: amount(ratio),
        met: ratio >= BOUND,
      },
      {
        line: `enrol: p99 at ${CONNECTIONS} connections, on Redis and PostgreSQL`,
        bound: `< ${P99_MS} ms`,
        measured: `${amount(p99)} ms`,
        met: p99 < P99_MS,
      },
    ],
    figures: results.flatMap(({ key, rates, p99: p99s, cpu }) => [
      { name: `${key} rate`, unit: "1/s", values: rates },
      { name: `${key} p99`, unit: "ms", values: p99s },
      { name: `${key} CPU`, unit: "ms each", values: cpu },
    ]),
  };
}

/** How many reminders an enrolment by SMS and email makes. */
async function remindersEach(servers: Servers): Promise<number> {
  const env = await servers.envOf("postgres");
  return withPrograms(async (owner) => {
    const server = await startProgram(owner, ["serve", "--api-only"], { ...env, ...SETTINGS });
    const patient = { firstName: "Ana", phone: "+12125550100", email: "ana@example.test" };
    const { body } = await openApi(server.address, KEY).enrol(patient);
    await server.stop();
    return body.reminders.length;
  });
}

async function overHttp(
  servers: Servers,
  deployment: Deployment,
  { count, warmUp }: Amounts,
  setOf: number,
): Promise<Enrolled> {
  const env = await servers.envOf(deployment);
  if (deployment === "redis") await servers.emptyRedis();
  return withPrograms(async (owner) => {
    const server = await startProgram(owner, ["serve", "--api-only"], { ...env, ...SETTINGS });
    const load = { address: server.address, key: KEY, connections: CONNECTIONS };
    await enrolMany({ ...load, amount: warmUp, first: 0 });
    const before = cpuMs(server.pid);
    const enrolled = await enrolMany({ ...load, amount: count, first: warmUp });
    const cpuMsEach = (cpuMs(server.pid) - before) / count;
    await server.stop();
    await checkKept(env["DATABASE_URL"] ?? "", count + warmUp, setOf);
    return { ...enrolled, cpuMsEach };
  });
}

/** Throws where the ledger has not exactly what was answered 201. */
async function checkKept(url: string, enrolments: number, setOf: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ treatments: number; reminders: number }>(
      `select (select count(*) from aftercare.treatments)::int as treatments,
         (select count(*) from aftercare.reminders)::int as reminders`,
    );
    const { treatments = 0, reminders = 0 } = rows[0] ?? {};
    if (treatments !== enrolments || reminders !== enrolments * setOf) {
      throw new Error(
        `${enrolments} enrolments left ${treatments} treatments and ${reminders} reminders`,
      );
    }
  } finally {
    await client.end();
  }
}

async function inProcess(
  servers: Servers,
  baseline: Baseline,
  amounts: Amounts,
  setOf: number,
): Promise<Enrolled> {
  const where =
    baseline === "bullmqRedis" ? await servers.emptyRedis() : await servers.newDatabase();
  const act = "add" as const;
  const task = { act, where, ...amounts, concurrency: CONNECTIONS, leadMs: 0, setOf };
  const { perSecond, lateness, cpuMsEach } = await runBaseline(baseline, task);
  return { perSecond, took: lateness, cpuMsEach };
}
