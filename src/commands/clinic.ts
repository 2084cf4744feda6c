import { type Command, InvalidArgumentError } from "commander";
import { getCountries } from "libphonenumber-js/max";
import { z } from "zod";
import { mailsNotices } from "../app.ts";
import type { Config } from "../config.ts";
import { alarmWays } from "../domain/alarmWays.ts";
import { isTimeZone } from "../domain/localTime.ts";
import { isDialable } from "../domain/phone.ts";
import { describeWeeklyHours } from "../domain/weeklyHours.ts";
import { AppError } from "../errors.ts";
import { createApiKey, generateApiKey } from "../ledger/apiKeys.ts";
import { type ChangedClinic, changeClinic, makeClinic } from "../ledger/clinicChanges.ts";
import { type Clinic, findClinic, listClinics } from "../ledger/clinics.ts";
import { addClinicOptions, type ClinicOptions, changesIn, clinicName } from "./clinicOptions.ts";
import { say, sayTable } from "./output.ts";
import { OPERATOR, withLedger } from "./withLedger.ts";

interface NewClinicOptions extends ClinicOptions {
  name: string;
  timeZone: string;
  region: string;
}

/** `aftercare clinic create|set|show|list`. */
export function addClinic(program: Command): void {
  const clinic = program.command("clinic").description("make, change and show clinics");
  addCreate(clinic);
  addSet(clinic);
  addShow(clinic);
  addList(clinic);
}

function addCreate(clinic: Command): void {
  const command = clinic
    .command("create")
    .description("make a clinic, and its first admin key, which is shown once")
    .requiredOption("--name <name>", "as patients know it (at most 60 characters)", clinicName)
    .requiredOption("--time-zone <zone>", "IANA zone, such as America/New_York", timeZone)
    .option("--region <country>", "country by which its numbers are read", region, "US");
  addClinicOptions(command).action((options: NewClinicOptions) =>
    withLedger(async (ledger, config) => {
      const now = new Date();
      const secret = generateApiKey();
      const made = await ledger.db.transaction().execute(async (db) => {
        const { name, timeZone: zone, region: country } = options;
        const facts = { ...changesIn(options), name, timeZone: zone, region: country };
        refuseUndialable(facts.phone, country);
        const created = await makeClinic(db, facts, OPERATOR, now);
        const clinicId = created.clinic.id;
        const key = { clinicId, role: "admin" as const, label: "first key", secret };
        await createApiKey(db, key, OPERATOR, now);
        return created;
      });
      say(`Made clinic ${made.clinic.id}. Its admin key, shown this once:`);
      say(`  ${secret}`);
      sayMadeSecret(made);
      warn(made.clinic, config);
    }),
  );
}

function addSet(clinic: Command): void {
  const command = clinic
    .command("set")
    .description("change a clinic; an empty value takes one away")
    .argument("<id>", "the clinic's id, as `clinic list` shows it")
    .option("--name <name>", "as patients know it (at most 60 characters)", clinicName);
  addClinicOptions(command).action((id: string, options: ClinicOptions) =>
    withLedger(async (ledger, config) => {
      const changes = changesIn(options);
      if (Object.keys(changes).length === 0) {
        throw new AppError("usage", "say what to change; `aftercare clinic set --help` lists it");
      }
      const change = () =>
        ledger.db.transaction().execute(async (db) => {
          const before = known(await findClinic(db, id));
          refuseUndialable(changes.phone, before.region);
          return changeClinic(db, id, changes, OPERATOR, new Date());
        });
      const changed = known(isId(id) ? await change() : undefined);
      const { clinic: after, fields } = changed;
      say(
        fields.length > 0
          ? `Changed ${fields.join(", ")} of ${after.name}.`
          : `Nothing to change: it is so of ${after.name} already.`,
      );
      sayMadeSecret(changed);
      warn(after, config);
    }),
  );
}

function addShow(clinic: Command): void {
  clinic
    .command("show")
    .description("show everything that is set of a clinic")
    .argument("<id>", "the clinic's id, as `clinic list` shows it")
    .action((id: string) =>
      withLedger(async (ledger, config) => {
        const found = known(isId(id) ? await findClinic(ledger.db, id) : undefined);
        sayTable(["of the clinic", "is"], rowsOf(found));
        warn(found, config);
      }),
    );
}

function addList(clinic: Command): void {
  clinic
    .command("list")
    .description("list the clinics")
    .action(() =>
      withLedger(async (ledger) => {
        const clinics = await listClinics(ledger.db);
        sayTable(
          ["id", "name", "time zone", "region", "language", "sends", "privacy"],
          clinics.map((each) => [
            each.id,
            each.name,
            each.timeZone,
            each.region,
            each.locale,
            typeof each.sendWindow === "string" ? each.sendWindow : "by weekday",
            each.privacy,
          ]),
        );
      }),
    );
}

function rowsOf(clinic: Clinic): string[][] {
  return [
    ["id", clinic.id],
    ["name", clinic.name],
    ["time zone", clinic.timeZone],
    ["region", clinic.region],
    ["locale", clinic.locale],
    ["phone", clinic.phone ?? "not set"],
    ["email", clinic.email ?? "not set"],
    ["postal address", clinic.postalAddress ?? "not set"],
    ["privacy", clinic.privacy],
    ["window", describeWeeklyHours(clinic.sendWindow)],
    ["rebook window", describeWeeklyHours(clinic.rebookWindow)],
    ["daily cap", String(clinic.dailyCap)],
    ["emergency text", clinic.emergencyText ?? "the program's own"],
    ["webhook url", clinic.webhookUrl ?? "not set"],
    // A secret that is shown is one no more.
    ["webhook secret", clinic.webhookSecret === null ? "not set" : "set"],
  ];
}

function sayMadeSecret({ madeSecret }: ChangedClinic): void {
  if (madeSecret === null) return;
  say("What is posted to its webhook is signed with this secret, shown this once:");
  say(`  ${madeSecret}`);
}

/** What a clinic lacks without which something will not be sent. */
function warn(clinic: Clinic, config: Config): void {
  const { email, postalAddress, webhookUrl, webhookSecret } = clinic;
  if (postalAddress === null) {
    say(
      "No postal address: its marketing emails (rebook steps) are not sent; see --postal-address.",
    );
  }
  if (webhookUrl !== null && webhookSecret === null) {
    say("No webhook secret: nothing is posted to its webhook; set --webhook-url again for one.");
  }
  if (alarmWays(clinic, mailsNotices(config)).length > 0) return;
  say(
    email === null
      ? "An alarm reaches nobody at this clinic: give it an --email or a --webhook-url."
      : "An alarm reaches nobody at this clinic: SMTP_URL is not set, so no email goes to it.",
  );
}

/** Which numbers can be dialled is known only with the clinic's country, after the options are read. */
function refuseUndialable(phone: string | null | undefined, country: string): void {
  if (phone === null || phone === undefined || isDialable(phone, country)) return;
  throw new AppError(
    "usage",
    `--phone is no phone number of ${country}; one of another country begins with + and its code`,
  );
}

function known<Found>(clinic: Found | undefined): Found {
  if (clinic !== undefined) return clinic;
  throw new AppError("not_found", "there is no clinic with this id; see `clinic list`");
}

function isId(text: string): boolean {
  return z.uuid().safeParse(text).success;
}

function timeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError("it must be an IANA zone such as America/New_York.");
}

function region(text: string): string {
  if ((getCountries() as string[]).includes(text)) return text;
  throw new InvalidArgumentError("it must be a country code such as US.");
}
