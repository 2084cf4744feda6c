import type { Command } from "commander";
import { openConfiguredLedger } from "../app.ts";
import { loadConfig } from "../config.ts";
import { say } from "./output.ts";

/** `aftercare migrate`: brings the ledger's schema up to date, which every start does too. */
export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring the ledger's tables up to date and exit")
    .action(async () => {
      const ledger = await openConfiguredLedger(loadConfig());
      await ledger.close();
      say("The ledger is up to date.");
    });
}
