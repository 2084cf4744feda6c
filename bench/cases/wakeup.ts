import type { Bench, Case, Report } from "../bench.ts";
import { withPrograms } from "../programs.ts";
import { DEPLOYMENTS } from "../servers.ts";
import { amount, percentile } from "../statistics.ts";
import { measureWakeup } from "../wakeups.ts";

/** What the first message after a 201 may take on an idle machine. */
const LIMIT_MS = 500;

export const wakeup: Case = { name: "wakeup", title: "Idle wake-up", notQuick: true, run };

async function run({ servers, quick, progress }: Bench): Promise<Report> {
  const enrolments = quick ? 3 : 30;
  const rows: string[][] = [];
  const arrivals: { name: string; values: number[] }[] = [];
  for (const deployment of quick ? (["redis"] as const) : DEPLOYMENTS) {
    const told = (done: number) =>
      progress(`idle wake-up, ${deployment}: ${done} of ${enrolments} enrolments`);
    told(0);
    const env = await servers.envOf(deployment);
    if (deployment === "redis") await servers.emptyRedis();
    const wakeups = await withPrograms((owner) =>
      measureWakeup(owner, deployment, env, enrolments, told),
    );
    const arrived = wakeups.map(({ arrivedMs }) => arrivedMs);
    const recorded = wakeups.map(({ recordedMs }) => recordedMs);
    const figures = [arrived, recorded].flatMap((values) =>
      [0.5, 0.95, 1].map((share) => amount(percentile(values, share))),
    );
    rows.push([deployment, ...figures]);
    arrivals.push({ name: deployment, values: arrived });
  }
  const all = arrivals.flatMap(({ values }) => values);
  const worst = Math.max(...all);
  return {
    about: [
      `${enrolments} enrolments one at a time; milliseconds from the 201 to the first text message at the provider, and to its outcome in the ledger.`,
    ],
    tables: [
      {
        head: ["", "arrived: median", "p95", "max", "recorded: median", "p95", "max"],
        rows,
      },
    ],
    plots: [],
    targets: [
      {
        line: "idle wake-up: the first message after a 201, worst",
        bound: `< ${LIMIT_MS} ms`,
        measured: `${amount(worst)} ms`,
        met: worst < LIMIT_MS,
      },
    ],
    figures: arrivals.map(({ name, values }) => ({ name: `${name} arrived`, unit: "ms", values })),
  };
}
