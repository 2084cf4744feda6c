// Breaks the built program while it works, and shows what became of what it had promised.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { drill, type Row } from "./drill.ts";
import { MOST_PATIENTS, REMINDERS_EACH } from "./enrolment.ts";
import { FAULTS } from "./faults/all.ts";
import type { Fault } from "./faults/fault.ts";
import { DEPLOYMENTS, type Deployment } from "./installation.ts";
import { openProgress } from "./progress.ts";
import { writeReport } from "./report.ts";
import { tableOf } from "./table.ts";

/** Exit codes: 0 all is well, 1 something that never may happen did, 2 it was asked for wrongly. */
const FAILED = 1;
const USAGE = 2;

interface Options {
  deployment: Deployment;
  reminders: number;
  fault: Fault[];
  write?: string;
}

const command = new Command("drill")
  .description("Breaks things while reminders are sent, and counts what became of them.")
  .addOption(
    new Option("--deployment <kind>", "what the program runs on")
      .choices(DEPLOYMENTS)
      .makeOptionMandatory(),
  )
  .requiredOption("--fault <names>", `"all", or some of: ${namesOf(FAULTS)}`, readFaults)
  .option("--reminders <number>", "promised in each drill, about", readCount, 2_000)
  .option("--write <file>", "puts the table into this file, such as docs/reliability.md")
  .showHelpAfterError("(--help shows what there is)")
  .exitOverride();

try {
  command.parse();
  process.exitCode = (await runAll(command.opts<Options>())) ? 0 : FAILED;
} catch (error) {
  // Commander has said what was wrong, or shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else throw error;
}

/** Returns whether every fault went well. */
async function runAll(options: Options): Promise<boolean> {
  // The processes end with this one, and the servers are reaped: tests/support/serverProcess.ts.
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.once(signal, () => process.exit(code));
  }
  const progress = openProgress();
  const rows: Row[] = [];
  try {
    for (const fault of options.fault) {
      rows.push(await drill(fault, options.deployment, options.reminders, progress));
    }
  } finally {
    if (rows.length > 0) process.stdout.write(`${tableOf(rows)}\n`);
  }
  if (options.write !== undefined) {
    const { deployment, reminders, fault } = options;
    const names = fault.length === FAULTS.length ? "all" : fault.map(({ name }) => name).join(",");
    const asked = `npm run drill -- --deployment ${deployment} --reminders ${reminders} --fault ${names}`;
    await writeReport(options.write, deployment, tableOf(rows), asked);
  }
  return rows.every(({ good }) => good);
}

function namesOf(faults: readonly Fault[]): string {
  return faults.map(({ name }) => name).join(", ");
}

function readFaults(text: string): Fault[] {
  if (text === "all") return [...FAULTS];
  return text.split(",").map((name) => {
    const fault = FAULTS.find((each) => each.name === name);
    if (fault === undefined) throw new InvalidArgumentError(`there is no fault "${name}".`);
    return fault;
  });
}

function readCount(text: string): number {
  const count = Number(text);
  const most = MOST_PATIENTS * REMINDERS_EACH;
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new InvalidArgumentError(`it must be a whole number from 1 to ${most}.`);
}
