import { type Command, InvalidArgumentError } from "commander";
import { getCountries } from "libphonenumber-js/max";
import { z } from "zod";
import { isTimeZone } from "../domain/localTime.ts";
import { describeWeeklyHours } from "../domain/weeklyHours.ts";
import { AppError } from "../errors.ts";
import { createApiKey, generateApiKey } from "../ledger/apiKeys.ts";
import {
  type Clinic,
  createClinic,
  findClinic,
  listClinics,
  updateClinic,
} from "../ledger/clinics.ts";
import { addEvents } from "../ledger/events.ts";
import type { Queries } from "../ledger/ledger.ts";
import { addClinicOptions, type ClinicOptions, changesIn, clinicName } from "./clinicOptions.ts";
import { say, sayTable } from "./output.ts";
import { withLedger } from "./withLedger.ts";

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
    withLedger(async (ledger) => {
      const now = new Date();
      const secret = generateApiKey();
      const made = await ledger.db.transaction().execute(async (db) => {
        const { name, timeZone: zone, region: country } = options;
        const facts = { ...changesIn(options), name, timeZone: zone, region: country };
        const created = await createClinic(db, facts, now);
        const key = { clinicId: created.id, role: "admin" as const, label: "first key", secret };
        await createApiKey(db, key, now);
        await note(db, created.id, "clinic created", Object.keys(facts), now);
        return created;
      });
      say(`Made clinic ${made.id}. Its admin key, shown this once:`);
      say(`  ${secret}`);
      warn(made);
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
    withLedger(async (ledger) => {
      const changes = changesIn(options);
      const fields = Object.keys(changes);
      if (fields.length === 0) {
        throw new AppError("usage", "say what to change; `aftercare clinic set --help` lists it");
      }
      const changed = await ledger.db.transaction().execute(async (db) => {
        const found = isId(id) ? await updateClinic(db, id, changes) : undefined;
        if (found !== undefined) await note(db, id, "clinic changed", fields, new Date());
        return known(found);
      });
      say(`Changed ${fields.join(", ")} of ${changed.name}.`);
      warn(changed);
    }),
  );
}

function addShow(clinic: Command): void {
  clinic
    .command("show")
    .description("show everything that is set of a clinic")
    .argument("<id>", "the clinic's id, as `clinic list` shows it")
    .action((id: string) =>
      withLedger(async (ledger) => {
        const found = known(isId(id) ? await findClinic(ledger.db, id) : undefined);
        sayTable(["of the clinic", "is"], rowsOf(found));
        warn(found);
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

/** What a clinic lacks without which something will not be sent. */
function warn({ postalAddress, webhookUrl, webhookSecret }: Clinic): void {
  if (postalAddress === null) {
    say(
      "No postal address: its marketing emails (rebook steps) are not sent; see --postal-address.",
    );
  }
  if (webhookUrl !== null && webhookSecret === null) {
    say("No webhook secret: what is posted to its webhook is not signed; see --webhook-secret.");
  }
}

/** The audit has the names of what was given, not the values. */
function note(
  db: Queries,
  clinicId: string,
  type: string,
  fields: string[],
  at: Date,
): Promise<void> {
  const of = { clinicId, treatmentId: null, reminderId: null };
  return addEvents(db, [{ ...of, type, actor: "command line", detail: { fields }, at }]);
}

function known(clinic: Clinic | undefined): Clinic {
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
