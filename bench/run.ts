// Measures how fast the built program is on this machine, beside what it could be compared with.
import { parseArgs } from "node:util";
import type { Bench, Case } from "./bench.ts";
import { CASES } from "./cases/all.ts";
import { type Kept, keep } from "./report/keep.ts";
import { machine } from "./report/machine.ts";
import { ratiosTable, sectionOf, targetsTable } from "./report/markdown.ts";
import { startServers } from "./servers.ts";

/** Exit codes: 0 all that was measured went right, however fast; 1 something did not; 2 asked for wrongly. */
const FAILED = 1;
const USAGE = 2;

const names = CASES.map(({ name }) => name).join(", ");
const HELP = `npm run bench -- [cases] [options]

It builds the program into dist/ first: not where a program runs from that folder.

Cases, all of them unless some are named: ${names}.

  --quick       each case small and once, in less than two minutes; nothing is written
  --rounds <n>  how often each thing is measured, 5 unless told otherwise
  --durable     PostgreSQL and Redis write to the disk as an operator's do
  --dry         writes neither bench/results/ nor docs/performance.md
`;

const say = (line: string) => void process.stdout.write(`${line}\n`);
/** How far it is, and after how many seconds: over and over on one line of a terminal, else a line each. */
const progress = (told: string) => {
  const line = told === "" ? "" : `${Math.round(performance.now() / 1_000)} s  ${told}`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line.slice(0, 100).padEnd(100)}\r`);
  else if (line !== "") process.stderr.write(`bench: ${line}\n`);
};

// The processes end with this one, and the servers are reaped: tests/support/serverProcess.ts.
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
  process.once(signal, () => process.exit(code));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isUsage(error)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = USAGE;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      durable: { type: "boolean", default: false },
      dry: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const { quick, durable, dry } = values;
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw usage("--rounds takes a number from 1");
  const cases =
    positionals.length === 0
      ? CASES.filter(({ notQuick }) => !(quick && notQuick))
      : positionals.map(caseOf);

  progress("starting PostgreSQL and Redis");
  const servers = await startServers(progress, { durable });
  try {
    return await runAll(
      cases,
      { servers, quick, rounds, progress },
      { durable, dry: dry || quick },
    );
  } finally {
    await servers.close();
  }
}

async function runAll(
  cases: readonly Case[],
  bench: Bench,
  { durable, dry }: { durable: boolean; dry: boolean },
): Promise<number> {
  const reports = new Map<string, Kept>();
  const failures: string[] = [];
  const about = `${machine()}; ${bench.rounds} round${bench.rounds === 1 ? "" : "s"}, ${durable ? "servers that write to the disk as an operator's do" : "PostgreSQL without fsync, Redis without its append-only file"}.`;
  say(`${about}\n`);
  for (const { name, title, run } of cases) {
    try {
      const report = await run(bench);
      reports.set(name, { title, about, report });
      for (const line of sectionOf(title, report, [])) say(line);
    } catch (error) {
      // The others are still worth knowing; the exit code tells.
      failures.push(name);
      process.stderr.write(`\nbench: ${name} failed: ${String(error)}\n`);
    }
  }
  progress("");
  const targets = [...reports.values()].flatMap(({ report }) => report.targets);
  if (bench.quick) {
    say("## Ratios\n");
    for (const line of ratiosTable(targets)) say(line);
    if (failures.length === 0) {
      say("\nAll of it worked. So small, and measured once, the figures say little of its speed.");
    }
  } else {
    say("## Targets\n");
    for (const line of targetsTable(targets)) say(line);
  }
  if (!dry && reports.size > 0) {
    keep(
      reports,
      CASES.map(({ name }) => name),
    );
  }
  for (const name of failures) say(`\n${name} FAILED: see above.`);
  return failures.length === 0 ? 0 : FAILED;
}

function caseOf(name: string): Case {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw usage(`there is no case ${name}: ${names}`);
  return found;
}

function usage(message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code: "ERR_PARSE_ARGS_USAGE" });
}

function isUsage(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("ERR_PARSE_ARGS");
}
