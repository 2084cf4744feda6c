import type { Bench, Case, Report } from "../bench.ts";
import { fillPending } from "../pendingReminders.ts";
import { attemptBytes, lookAt, openPending, type Pending, type Size } from "../pendings.ts";
import { inRounds } from "../rounds.ts";
import { amount, median, spread } from "../statistics.ts";
import { baseOf } from "../subject.ts";

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];
const QUICK_SIZES = [10_000, 100_000];

/** By how much the greatest ledger may be worse than the smallest. */
const BOUND = 1.3;
const REDIS_MB = 5;
const BYTES = 800;

export const pending: Case = { name: "pending", title: "Pending", run };

async function run(bench: Bench): Promise<Report> {
  const { servers, quick, progress } = bench;
  const base = await baseOf(servers, "postgres");
  const pendings: Pending[] = [];
  for (const size of quick ? QUICK_SIZES : SIZES) {
    pendings.push(
      await openPending(servers, base, (ledger) =>
        fillPending(ledger, base.treatmentId, size, (done) =>
          progress(`pending: filling ${inWords(size)}, ${Math.floor((100 * done) / size)} %`),
        ),
      ),
    );
  }
  const amounts = quick ? { enrolments: 32, due: 100 } : { enrolments: 1_000, due: 2_000 };
  const results = await inRounds<Size>(
    bench,
    "pending",
    pendings.map((each) => ({
      name: inWords(each.reminders),
      run: () => lookAt(servers, each, amounts),
    })),
  );
  const [smallest] = pendings;
  const attempt = smallest === undefined ? Number.NaN : await attemptBytes(smallest);
  for (const { env } of pendings) await servers.dropDatabase(env["DATABASE_URL"] ?? "");
  return reportOf(pendings, results, { ...amounts, attempt });
}

/** What is measured of each size: how it is called, and whether more of it is better. */
const MEASURES = [
  { key: "enrolRate", name: "enrolments a second over HTTP", up: true },
  { key: "dispatchRate", name: "sent of a burst a second", up: true },
  { key: "claimP99", name: "p99 from due to claimed, ms", up: false },
  { key: "scanMs", name: "the dispatcher's look where nothing is due, ms", up: false },
  { key: "roundMs", name: "its look that takes 100 of one clinic, ms", up: false },
  { key: "restartMs", name: "start of the API until ready, ms", up: false },
  { key: "redisMb", name: "Redis, MB", up: false },
] as const satisfies { key: keyof Size; name: string; up: boolean }[];

function reportOf(
  pendings: readonly Pending[],
  results: Map<string, Size[]>,
  { enrolments, due, attempt }: { enrolments: number; due: number; attempt: number },
): Report {
  const sizes = pendings.map(({ reminders }) => inWords(reminders));
  const roundsOf = (size: string, key: keyof Size) =>
    (results.get(size) ?? []).map((round) => round[key]);
  const medianOf = (size: string, key: keyof Size) => median(roundsOf(size, key));
  const [least = "", most = ""] = [sizes[0], sizes.at(-1)];
  const worse = ({ key, up }: { key: keyof Size; up: boolean }) => {
    const ratio = medianOf(most, key) / medianOf(least, key);
    return up ? 1 / ratio : ratio;
  };
  const bytes = pendings.map(({ bytesEach }) => bytesEach);
  const redisGrowth = medianOf(most, "redisMb") - medianOf(least, "redisMb");
  const held = MEASURES.filter(({ key }) => !["redisMb", "restartMs", "roundMs"].includes(key));
  return {
    about: [
      `Ledgers with ${sizes.join(", ")} pending reminders (whole enrolments, due over the next 60 days), measured in turns on Redis and PostgreSQL: ${enrolments.toLocaleString("en-US")} enrolments over HTTP at 16 connections; ${due.toLocaleString("en-US")} reminders due at one instant, of which each is looked at afterwards; 50 looks of the dispatcher with nothing due, and 20 with something; a start of the API. What a round enrols stays, so that the later rounds of the smallest have more than its name says.`,
      "The bytes are those of the table of reminders with its indexes, and of the whole ledger (patients, treatments, consents and history as well), for each reminder.",
      `An attempt that arrived, with its text and its indexes, takes ${amount(attempt)} bytes more: of these, texts of the burst and the first texts and mails of the enrolments.`,
    ],
    tables: [
      {
        head: ["pending", ...sizes, "times worse"],
        rows: [
          ...MEASURES.map((measure) => [
            measure.name,
            ...sizes.map((size) => spread(roundsOf(size, measure.key))),
            amount(worse(measure)),
          ]),
          ["bytes a reminder", ...bytes.map(amount), ""],
          [
            "bytes a reminder, the whole ledger",
            ...pendings.map((each) => amount(each.ledgerBytesEach)),
            "",
          ],
        ],
      },
    ],
    plots: [
      {
        name: "pending",
        plot: {
          kind: "lines",
          title: "By pending reminders, as a share of the smallest ledger's",
          unit: "times the smallest ledger's",
          steps: sizes,
          lines: held.map(({ key, name }) => ({
            name,
            values: sizes.map((size) => medianOf(size, key) / medianOf(least, key)),
          })),
        },
      },
    ],
    targets: [
      ...held
        .filter(({ key }) => key !== "scanMs")
        .map((measure) => ({
          line: `pending, ${least} → ${most}: ${measure.name}`,
          bound: `within ${BOUND}×`,
          measured: `${amount(worse(measure))}×`,
          met: worse(measure) <= BOUND,
        })),
      {
        line: `pending, ${least} → ${most}: Redis`,
        bound: `within ${REDIS_MB} MB`,
        measured: `${amount(redisGrowth)} MB`,
        met: redisGrowth <= REDIS_MB,
      },
      {
        line: "pending: bytes a reminder, indexes included",
        bound: `< ${BYTES}`,
        measured: amount(Math.max(...bytes)),
        met: Math.max(...bytes) < BYTES,
      },
    ],
    figures: [
      ...sizes.flatMap((size) =>
        MEASURES.map(({ key, name }) => ({
          name: `${size}: ${name}`,
          unit: name.split(", ").at(-1) ?? "",
          values: roundsOf(size, key),
        })),
      ),
      { name: "bytes a reminder, by size", unit: "B", values: bytes },
      {
        name: "bytes a reminder of the whole ledger, by size",
        unit: "B",
        values: pendings.map((each) => each.ledgerBytesEach),
      },
      { name: "bytes of an attempt that arrived", unit: "B", values: [attempt] },
    ],
  };
}

/** A size to the nearest power of ten, as people write it. */
function inWords(size: number): string {
  return `10^${Math.round(Math.log10(size))}`;
}
