import type { Bench, Case, Report } from "../bench.ts";
import { sendAll } from "../burst.ts";
import { startProvider } from "../providers.ts";
import { inRounds } from "../rounds.ts";
import { amount, median, spread } from "../statistics.ts";
import { baseOf } from "../subject.ts";

const PER_SECOND = 200;
const PROVIDER_MS = 150;
const LIMIT_MS = 250 + PROVIDER_MS;

const NAMES = { redis: "on Redis and PostgreSQL", postgres: "on PostgreSQL" };

export const steady: Case = { name: "steady", title: "Steady", run };

async function run(bench: Bench): Promise<Report> {
  const seconds = bench.quick ? 2 : 60;
  const deployments: (keyof typeof NAMES)[] = bench.quick ? ["redis"] : ["redis", "postgres"];
  const variants = await Promise.all(
    deployments.map(async (deployment) => {
      const base = await baseOf(bench.servers, deployment);
      const work = {
        count: PER_SECOND * seconds,
        leadMs: bench.quick ? 2_000 : 10_000,
        apartMs: 1_000 / PER_SECOND,
      };
      return {
        name: deployment,
        run: async () => {
          const provider = await startProvider(PROVIDER_MS);
          return sendAll(base, { ...work, provider }).finally(provider.close);
        },
      };
    }),
  );
  const results = [...(await inRounds(bench, "steady", variants))].map(([name, rounds]) => ({
    name: NAMES[name as keyof typeof NAMES],
    p50: rounds.map(({ lateness }) => lateness.p50),
    p99: rounds.map(({ lateness }) => lateness.p99),
    worst: rounds.map(({ lateness }) => lateness.worst),
    cpu: rounds.map(({ cpuMsEach }) => cpuMsEach),
  }));
  return {
    about: [
      `${PER_SECOND} text messages a second for ${seconds} s, one every ${1_000 / PER_SECOND} ms, by one worker process to a played Twilio that takes ${PROVIDER_MS} ms for each. Lateness is from due to recorded, so it has the provider's time in it. The ledger and the provider are both asked afterwards: each once, none before its time.`,
    ],
    tables: [
      {
        head: ["", "p50 lateness, ms", "p99, ms", "worst, ms", "CPU of the worker each, ms"],
        rows: results.map(({ name, p50, p99, worst, cpu }) => [
          name,
          ...[p50, p99, worst, cpu].map(spread),
        ]),
      },
    ],
    plots: [
      {
        name: "steady",
        plot: {
          kind: "bars",
          title: "200 a second: lateness, with the provider's 150 ms in it",
          unit: "ms",
          bars: results.flatMap(({ name, p50, p99 }) => [
            { name: `${name}, p50`, values: p50 },
            { name: `${name}, p99`, values: p99 },
          ]),
        },
      },
    ],
    targets: results.map(({ name, p99 }) => ({
      line: `steady, ${name}: p99 lateness, the provider's ${PROVIDER_MS} ms in it; nothing early`,
      bound: `< ${LIMIT_MS} ms`,
      measured: `${amount(median(p99))} ms`,
      met: median(p99) < LIMIT_MS,
    })),
    figures: results.flatMap(({ name, p50, p99, worst, cpu }) => [
      { name: `${name} p50 lateness`, unit: "ms", values: p50 },
      { name: `${name} p99 lateness`, unit: "ms", values: p99 },
      { name: `${name} worst lateness`, unit: "ms", values: worst },
      { name: `${name} CPU`, unit: "ms each", values: cpu },
    ]),
  };
}
