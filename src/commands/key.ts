import { type Command, Option } from "commander";
import { AppError } from "../errors.ts";
import { createApiKey, generateApiKey, listApiKeys, revokeApiKey } from "../ledger/apiKeys.ts";
import type { Role } from "../ledger/tables.ts";
import { chooseClinic } from "./chooseClinic.ts";
import { say, sayTable } from "./output.ts";
import { OPERATOR, withLedger } from "./withLedger.ts";

/** `aftercare key create|list|revoke`. */
export function addKey(program: Command): void {
  const key = program.command("key").description("make, list and revoke API keys");

  key
    .command("create")
    .description("make an API key and show it once")
    .option("--clinic <id>", "the clinic's id; needed where there are several")
    .addOption(
      new Option("--role <role>", "what it may do: admin may also cancel")
        .choices(["enroll", "admin"])
        .default("enroll"),
    )
    .option("--label <text>", "what it is for", "made on the command line")
    .action((options: { clinic?: string; role: Role; label: string }) =>
      withLedger(async (ledger) => {
        const clinic = await chooseClinic(ledger, options.clinic);
        const secret = generateApiKey();
        const { role, label } = options;
        const key = { clinicId: clinic.id, role, label, secret };
        const made = await ledger.db
          .transaction()
          .execute((db) => createApiKey(db, key, OPERATOR, new Date()));
        say(`Made key ${made.id} for ${clinic.name}, role ${role}. Shown this once:`);
        say(`  ${secret}`);
      }),
    );

  key
    .command("list")
    .description("list the API keys, without their secrets")
    .action(() =>
      withLedger(async (ledger) => {
        const keys = await listApiKeys(ledger.db);
        sayTable(
          ["id", "clinic", "role", "label", "made", "revoked"],
          keys.map((each) => [
            each.id,
            each.clinicId,
            each.role,
            each.label,
            each.createdAt.toISOString(),
            each.revokedAt?.toISOString() ?? "",
          ]),
        );
      }),
    );

  key
    .command("revoke")
    .description("revoke an API key at once")
    .argument("<id>", "the key's id, as `key list` shows it")
    .action((id: string) =>
      withLedger(async (ledger) => {
        const key = (await listApiKeys(ledger.db)).find((each) => each.id === id);
        const revoked =
          key !== undefined &&
          (await ledger.db
            .transaction()
            .execute((db) => revokeApiKey(db, key, OPERATOR, new Date())));
        if (!revoked) {
          throw new AppError("not_found", "there is no live key with this id; see `key list`");
        }
        say("Revoked.");
      }),
    );
}
