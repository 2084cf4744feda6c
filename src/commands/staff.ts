import { type Command, Option } from "commander";
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import { createInvitation, INVITATION_DAYS } from "../ledger/invitations.ts";
import { changeStaff, listStaff } from "../ledger/staff.ts";
import type { StaffRole } from "../ledger/tables.ts";
import { chooseClinic } from "./chooseClinic.ts";
import { say, sayTable } from "./output.ts";
import { OPERATOR, withLedger } from "./withLedger.ts";

const ROLES: Record<string, StaffRole> = { "front-desk": "front_desk", admin: "admin" };

/** Where an invitation is accepted. */
export function invitationLink({ publicUrl }: Config, token: string): string {
  return `${publicUrl}/admin/invitation/${token}`;
}

/** `aftercare staff create|list|remove`. */
export function addStaff(program: Command): void {
  const staff = program.command("staff").description("who signs in to the pages for staff");

  staff
    .command("create")
    .description("make a place for somebody: shows a link, once, by which they choose a password")
    .option("--clinic <id>", "the clinic's id; needed where there are several")
    .addOption(
      new Option("--role <role>", "what they may do: admins may also cancel, replay and configure")
        .choices(Object.keys(ROLES))
        .default("front-desk"),
    )
    .option("--email <address>", "by which they sign in; else they say so themselves")
    .option("--operator", "they look after the whole installation, too", false)
    .action((options: { clinic?: string; role: string; email?: string; operator: boolean }) =>
      withLedger(async (ledger, config) => {
        const clinic = await chooseClinic(ledger, options.clinic);
        const { email = null, operator } = options;
        const role = ROLES[options.role] ?? "front_desk";
        const asked = { clinicId: clinic.id, email, role, operator };
        const { token } = await ledger.db
          .transaction()
          .execute((db) => createInvitation(db, asked, OPERATOR, new Date()));
        say(
          `A place at ${clinic.name}, role ${options.role}. Within ${INVITATION_DAYS} days, once:`,
        );
        say(`  ${invitationLink(config, token)}`);
      }),
    );

  staff
    .command("list")
    .description("list who works at a clinic")
    .option("--clinic <id>", "the clinic's id; needed where there are several")
    .action((options: { clinic?: string }) =>
      withLedger(async (ledger) => {
        const clinic = await chooseClinic(ledger, options.clinic);
        const members = await listStaff(ledger.db, clinic.id);
        sayTable(
          ["id", "name", "email", "role", "second factor", "since"],
          members.map((each) => [
            each.userId,
            each.name,
            each.email,
            each.role === "admin" ? "admin" : "front-desk",
            each.twoFactor ? "on" : "off",
            each.since.toISOString(),
          ]),
        );
      }),
    );

  staff
    .command("remove")
    .description("take somebody's place at a clinic away, at once")
    .argument("<id>", "their id, as `staff list` shows it")
    .option("--clinic <id>", "the clinic's id; needed where there are several")
    .action((userId: string, options: { clinic?: string }) =>
      withLedger(async (ledger) => {
        const clinic = await chooseClinic(ledger, options.clinic);
        const asked = { clinicId: clinic.id, userId, role: null };
        const refusal = await ledger.db
          .transaction()
          .execute((db) => changeStaff(db, asked, OPERATOR, new Date()));
        if (refusal === "not_there") {
          throw new AppError("not_found", "nobody with this id works there; see `staff list`");
        }
        if (refusal === "last_admin") {
          throw new AppError("usage", "this is the last admin: make another one first");
        }
        say("Removed.");
      }),
    );
}
