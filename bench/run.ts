// Prints how fast the built program is on this machine, as Markdown.
import { availableParallelism, cpus } from "node:os";
import { DEPLOYMENTS, startServers } from "./servers.ts";
import { measureWakeup, type Wakeup } from "./wakeup.ts";

const ENROLMENTS = 30;

/** What the first message after a 201 may take on an idle machine. */
const LIMIT_MS = 500;

const atEnd: (() => Promise<void>)[] = [];
const owner = { onTestFinished: (end: () => Promise<void>) => void atEnd.push(end) };
/** What is printed goes to standard output; how far it is, to the terminal if there is one. */
const say = (line: string) => void process.stdout.write(`${line}\n`);
const progress = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(60)}\r`);
};

try {
  await benchWakeup();
} finally {
  for (const end of atEnd.reverse()) await end();
}

async function benchWakeup(): Promise<void> {
  progress("starting PostgreSQL and Redis");
  const servers = await startServers(progress);
  owner.onTestFinished(() => servers.close());
  const rows: string[] = [];
  for (const deployment of DEPLOYMENTS) {
    const told = (done: number) =>
      progress(`idle wake-up, ${deployment}: ${done} of ${ENROLMENTS} enrolments`);
    told(0);
    const env = await servers.envOf(deployment);
    const wakeups = await measureWakeup(owner, deployment, env, ENROLMENTS, told);
    rows.push(wakeupRow(deployment, wakeups));
  }
  progress("");

  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? "unknown kind"}`;
  say(`## Idle wake-up\n`);
  say(`${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.version}.`);
  say(
    `${ENROLMENTS} enrolments one at a time; milliseconds from the 201 to the first text message`,
  );
  say(`at the provider, and to its outcome in the ledger. PostgreSQL runs without fsync.\n`);
  say("| deployment | arrived: median | p95 | max | recorded: median | p95 | max | under 500 ms |");
  say("|---|--:|--:|--:|--:|--:|--:|---|");
  for (const row of rows) say(row);
}

function wakeupRow(deployment: string, wakeups: readonly Wakeup[]): string {
  const arrived = figures(wakeups.map(({ arrivedMs }) => arrivedMs));
  const recorded = figures(wakeups.map(({ recordedMs }) => recordedMs));
  const within = wakeups.filter(({ arrivedMs }) => arrivedMs < LIMIT_MS).length;
  const verdict = within === wakeups.length ? "all" : `${within} of ${wakeups.length}`;
  return `| ${[deployment, ...arrived, ...recorded, verdict].join(" | ")} |`;
}

/** Median, 95th percentile and maximum, by nearest rank. */
function figures(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return [rank(0.5), rank(0.95), rank(1)];
}
