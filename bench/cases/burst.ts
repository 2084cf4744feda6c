import { MOST_JOBS } from "../../src/queue/worker.ts";
import { BASELINES, type Baseline, runBaseline } from "../baselines/baseline.ts";
import type { Bench, Case, Report, Target } from "../bench.ts";
import { type Sent, sendAll } from "../burst.ts";
import { inRounds } from "../rounds.ts";
import { DEPLOYMENTS, type Deployment, type Servers } from "../servers.ts";
import { amount, median, spread } from "../statistics.ts";
import { baseOf } from "../subject.ts";

/** With which each baseline is tried; the best of them is what the program is compared with. */
const CONCURRENCIES = [10, 50, 100, 200, 500];

/** How long a try of one of them may take, in milliseconds. */
const TRY_MS = 60_000;

const NAMES: Record<Deployment | Baseline, string> = {
  redis: "Aftercare on Redis and PostgreSQL",
  postgres: "Aftercare on PostgreSQL",
  embedded: "Aftercare, embedded",
  bullmqRedis: "BullMQ on Redis",
  bullmqPostgres: "BullMQ on PostgreSQL",
  bullmqPglite: "BullMQ on PGlite",
  graphileWorker: "graphile-worker 0.16.6",
  pgBoss: "pg-boss 10.4.2",
};

/** What each deployment is measured against, and how much of it is to be reached. */
const LINES: [Deployment, Baseline, number][] = [
  ["redis", "bullmqRedis", 0.6],
  ["redis", "bullmqPostgres", 2.5],
  ["postgres", "bullmqPostgres", 0.8],
  ["embedded", "bullmqPglite", 0.6],
];

export const burst: Case = { name: "burst", title: "Burst", run };

async function run(bench: Bench): Promise<Report> {
  const { servers, quick, progress } = bench;
  const count = quick ? 400 : 12_000;
  // The embedded engine is one session: a burst of the same size would take it minutes.
  const onEngine = quick ? 100 : 3_000;
  const countOf = (name: Deployment | Baseline) =>
    name === "embedded" || name === "bullmqPglite" ? onEngine : count;

  // Made once, and before anything is measured.
  progress("burst: preparing the ledgers");
  await Promise.all(DEPLOYMENTS.map((deployment) => baseOf(servers, deployment)));
  const concurrency = new Map<Baseline, number>();
  for (const baseline of BASELINES) {
    if (!quick) progress(`burst: the best concurrency of ${NAMES[baseline]}`);
    concurrency.set(
      baseline,
      quick ? MOST_JOBS : await best(servers, baseline, countOf(baseline) / 4),
    );
  }

  const results = await inRounds<Sent>(bench, "burst", [
    ...DEPLOYMENTS.toReversed().map((deployment) => ({
      name: deployment,
      run: async () => {
        const base = await baseOf(servers, deployment);
        const each = countOf(deployment);
        return sendAll(base, { count: each, leadMs: leadOf(each, quick), apartMs: 0 });
      },
    })),
    ...BASELINES.map((baseline) => ({
      name: baseline,
      isBaseline: true,
      run: () =>
        runOne(servers, baseline, {
          count: countOf(baseline),
          concurrency: concurrency.get(baseline) ?? MOST_JOBS,
          leadMs: quick ? 1_000 : 8_000,
        }),
    })),
  ]);

  const of = (name: string) => results.get(name) ?? [];
  const rate = (name: string) => median(of(name).map(({ perSecond }) => perSecond));
  const rows = [...results].map(([name, rounds]) => [
    NAMES[name as Deployment | Baseline],
    spread(rounds.map(({ perSecond }) => perSecond)),
    spread(rounds.map(({ lateness }) => lateness.p99)),
    spread(rounds.map(({ lateness }) => lateness.worst)),
    spread(rounds.map(({ cpuMsEach }) => cpuMsEach)),
    String(concurrency.get(name as Baseline) ?? MOST_JOBS),
  ]);
  return {
    about: [
      `${count.toLocaleString("en-US")} reminders of as many patients, all due at one instant; each is the first text message of the micro needling protocol. Channel: an outbox that shows nothing. The program's worker runs as one process (\`serve\` where it is embedded). The baselines do as many delayed jobs of one instant that do nothing and are removed, in a process each, with the concurrency of those tried (${CONCURRENCIES.join(", ")}) that was fastest${quick ? `; in this quick run with ${MOST_JOBS}` : ""}. Where the engine is embedded there are ${onEngine.toLocaleString("en-US")}.`,
      "The rate is from the instant to when the last is recorded; lateness from the instant to when each is; CPU is that of the process, without its servers. Every row of the ledger is looked at afterwards: one attempt each, sent, none before its time.",
    ],
    tables: [
      {
        head: ["", "a second", "p99 lateness, ms", "worst, ms", "CPU each, ms", "concurrency"],
        rows,
      },
      {
        head: ["ratio of the medians", "measured"],
        rows: LINES.map(([deployment, baseline]) => [
          `${NAMES[deployment]} / ${NAMES[baseline]}`,
          amount(rate(deployment) / rate(baseline)),
        ]),
      },
    ],
    plots: [
      {
        name: "burst",
        plot: {
          kind: "bars",
          title: "A burst: reminders (or jobs) a second",
          unit: "a second",
          bars: [...results].map(([name, rounds]) => ({
            name: NAMES[name as Deployment | Baseline],
            values: rounds.map(({ perSecond }) => perSecond),
          })),
        },
      },
    ],
    targets: LINES.map(([deployment, baseline, bound]): Target => {
      const ratio = rate(deployment) / rate(baseline);
      return {
        line: `burst: ${NAMES[deployment]} / ${NAMES[baseline]}`,
        bound: `≥ ${bound}`,
        measured: amount(ratio),
        met: ratio >= bound,
      };
    }),
    figures: [...results].flatMap(([name, rounds]) => [
      { name: `${name} rate`, unit: "1/s", values: rounds.map((each) => each.perSecond) },
      { name: `${name} p99 lateness`, unit: "ms", values: rounds.map((each) => each.lateness.p99) },
      {
        name: `${name} worst lateness`,
        unit: "ms",
        values: rounds.map((each) => each.lateness.worst),
      },
      { name: `${name} CPU`, unit: "ms each", values: rounds.map((each) => each.cpuMsEach) },
    ]),
  };
}

/** How long the program gets to hand all of it to its queue before it is due: it takes some 800 a second. */
function leadOf(count: number, quick: boolean): number {
  return (quick ? 1_500 : 8_000) + count;
}

async function best(servers: Servers, baseline: Baseline, count: number): Promise<number> {
  let found = { concurrency: MOST_JOBS, perSecond: 0 };
  for (const concurrency of CONCURRENCIES) {
    // One that a baseline does not come to an end with is not its best.
    const perSecond = await runOne(servers, baseline, { count, concurrency, leadMs: 3_000 }, TRY_MS)
      .then((sent) => sent.perSecond)
      .catch(() => 0);
    if (perSecond > found.perSecond) found = { concurrency, perSecond };
  }
  return found.concurrency;
}

/** On a database of its own, or an emptied Redis. */
async function runOne(
  servers: Servers,
  baseline: Baseline,
  task: { count: number; concurrency: number; leadMs: number },
  deadlineMs?: number,
): Promise<Sent> {
  const whole = { ...task, act: "burst" as const, setOf: 1, warmUp: 0 };
  if (baseline === "bullmqRedis")
    return runBaseline(baseline, { ...whole, where: await servers.emptyRedis() }, deadlineMs);
  if (baseline === "bullmqPglite")
    return runBaseline(baseline, { ...whole, where: servers.newPath() }, deadlineMs);
  const where = await servers.newDatabase();
  try {
    return await runBaseline(baseline, { ...whole, where }, deadlineMs);
  } finally {
    await servers.dropDatabase(where);
  }
}
