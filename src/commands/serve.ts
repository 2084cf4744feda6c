import type { Command } from "commander";
import type { Config } from "../config.ts";
import { AppError, describeError } from "../errors.ts";
import type { FirstClinic } from "../ledger/firstClinic.ts";
import { say } from "./output.ts";
import { needDatabase, runUntilStopped } from "./process.ts";
import { invitationLink } from "./staff.ts";

/** `aftercare serve`: the API, and a worker beside it unless told otherwise. */
export function addServe(program: Command): void {
  program
    .command("serve")
    .description("run the API and a worker (the ledger is in DATA_DIR unless DATABASE_URL is set)")
    .option("--api-only", "leave the worker to other processes; needs DATABASE_URL")
    .action(async ({ apiOnly = false }: { apiOnly?: boolean }) => {
      if (apiOnly) needDatabase("serve --api-only");
      await runUntilStopped({ api: true, worker: !apiOnly }, async (app, config) => {
        // First, because it is never shown again, and the address may turn out to be taken.
        sayFirstClinic(app.firstClinic, config);
        const address = await app.listen().catch((error: unknown) => {
          throw cannotListen(config, error);
        });
        say(`Aftercare listens on ${address} (docs at ${address}/docs). Ctrl-C stops it.`);
      });
    });
}

/** `aftercare worker`: a worker alone. */
export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("run a worker alone, beside any number of others; needs DATABASE_URL")
    .action(async () => {
      needDatabase("worker");
      await runUntilStopped({ api: false, worker: true }, async () => {
        say("Aftercare's worker is running. Ctrl-C stops it.");
      });
    });
}

function cannotListen({ host, port }: Config, error: unknown): AppError {
  return new AppError(
    "bad_config",
    `cannot listen on ${host}:${port} (${describeError(error)}): set HOST and PORT to a free address of this machine`,
    error,
  );
}

function sayFirstClinic(first: FirstClinic | null, config: Config): void {
  switch (first?.kind) {
    case undefined:
    case "there":
      return;
    case "made":
      if (first.generatedKey !== null) {
        say("The first clinic's admin key, shown this once:");
        say(`  ${first.generatedKey}`);
      }
      say("The pages for staff are under /admin. Become their first admin here, within a week:");
      say(`  ${invitationLink(config, first.invitationToken)}`);
      return;
    case "unknown_key":
      say("AFTERCARE_API_KEY is not a key of this ledger; make one with `aftercare key create`.");
  }
}
