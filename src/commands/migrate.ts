import type { Command } from "commander";
import { say } from "./output.ts";
import { withLedger } from "./withLedger.ts";

/** `aftercare migrate`: brings the ledger's schema up to date, which every start does too. */
export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring the ledger's tables up to date and exit")
    .action(async () => {
      // Opening it is all there is to do.
      await withLedger(() => Promise.resolve());
      say("The ledger is up to date.");
    });
}
