import type { Bench, Case, Report } from "../bench.ts";
import { sendAll } from "../burst.ts";
import { startProvider } from "../providers.ts";
import { inRounds } from "../rounds.ts";
import { amount, median, spread } from "../statistics.ts";
import { baseOf } from "../subject.ts";

const PROVIDER_MS = 150;

/** Of what so many workers would do if none cost the others anything: 3.2 times one worker for four. */
const BOUND = 0.8;

export const scaleOut: Case = { name: "scale-out", title: "Scale-out", run };

async function run(bench: Bench): Promise<Report> {
  const each = bench.quick ? 150 : 4_000;
  const numbers = bench.quick ? [1, 2] : [1, 2, 4];
  const most = Math.max(...numbers);
  const base = await baseOf(bench.servers, "redis");
  const variants = numbers.map((workers) => ({
    name: String(workers),
    run: async () => {
      const count = each * workers;
      const provider = await startProvider(PROVIDER_MS);
      const leadMs = (bench.quick ? 1_500 : 8_000) + count;
      const work = { count, leadMs, apartMs: 0, workers, provider };
      return sendAll(base, work).finally(provider.close);
    },
  }));
  const results = [...(await inRounds(bench, "scale-out, workers", variants))].map(
    ([name, rounds]) => ({
      workers: Number(name),
      rates: rounds.map(({ perSecond }) => perSecond),
      cpu: rounds.map(({ cpuMsEach }) => cpuMsEach),
    }),
  );
  const rateOf = (workers: number) =>
    median(results.find((each) => each.workers === workers)?.rates ?? []);
  const gain = rateOf(most) / rateOf(1);
  return {
    about: [
      `${each.toLocaleString("en-US")} text messages for each worker, all due at one instant, on Redis and PostgreSQL, to a played Twilio that takes ${PROVIDER_MS} ms for each, by ${numbers.join(", ")} worker processes with 50 under way each: the provider alone keeps one of them to ${amount(50 / (PROVIDER_MS / 1_000))} a second. Workers, servers, provider and bench share the machine.`,
    ],
    tables: [
      {
        head: ["workers", "a second", "a second and worker", "of one worker", "CPU each, ms"],
        rows: results.map(({ workers, rates, cpu }) => [
          String(workers),
          spread(rates),
          amount(median(rates) / workers),
          amount(median(rates) / rateOf(1)),
          spread(cpu),
        ]),
      },
    ],
    plots: [
      {
        name: "scale-out",
        plot: {
          kind: "lines",
          title: "Scale-out: text messages a second by worker processes",
          unit: "a second",
          steps: numbers.map(String),
          lines: [
            { name: "measured", values: numbers.map(rateOf) },
            { name: "as many times one worker", values: numbers.map((each) => each * rateOf(1)) },
          ],
        },
      },
    ],
    targets: [
      {
        line: `scale-out: ${most} workers / 1 worker`,
        bound: `≥ ${BOUND * most}`,
        measured: amount(gain),
        met: gain >= BOUND * most,
      },
    ],
    figures: results.flatMap(({ workers, rates, cpu }) => [
      { name: `${workers} workers rate`, unit: "1/s", values: rates },
      { name: `${workers} workers CPU`, unit: "ms each", values: cpu },
    ]),
  };
}
