#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { addCheck } from "./commands/check.ts";
import { addClinic } from "./commands/clinic.ts";
import { addDemo } from "./commands/demo/demo.ts";
import { addKey } from "./commands/key.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addPlan } from "./commands/plan.ts";
import { addServe, addWorker } from "./commands/serve.ts";
import { addStaff } from "./commands/staff.ts";
import { AppError } from "./errors.ts";

/** Exit codes: 0 done, 1 it failed or found problems, 2 it was asked for wrongly. */
const FAILED = 1;
const USAGE = 2;

const program = new Command("aftercare")
  .description("Sends clinic patients their aftercare at the moment each instruction becomes true.")
  .showHelpAfterError("(--help shows what there is)")
  .exitOverride();

addServe(program);
addWorker(program);
addMigrate(program);
addPlan(program);
addCheck(program);
addClinic(program);
addKey(program);
addStaff(program);
addDemo(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

function exitCodeFor(error: unknown): number {
  // Commander has said what was wrong, or shown the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof AppError) {
    process.stderr.write(`aftercare: ${error.message}\n`);
    return error.code === "usage" ? USAGE : FAILED;
  }
  process.stderr.write(
    `aftercare: a fault in the program itself\n${String((error as Error).stack)}\n`,
  );
  return FAILED;
}
