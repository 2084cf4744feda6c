import { type Command, InvalidArgumentError } from "commander";
import { getCountries } from "libphonenumber-js/max";
import { isTimeZone } from "../domain/localTime.ts";
import { parseSendWindow, sendWindowSchema } from "../domain/sendWindow.ts";
import { createApiKey, generateApiKey } from "../ledger/apiKeys.ts";
import { createClinic, listClinics } from "../ledger/clinics.ts";
import { addClinicContact } from "./clinicContact.ts";
import { say, sayTable } from "./output.ts";
import { withLedger } from "./withLedger.ts";

interface NewClinicOptions {
  name: string;
  timeZone: string;
  region: string;
  locale: string;
  phone?: string;
  window: string;
}

/** `aftercare clinic create|list`. */
export function addClinic(program: Command): void {
  const clinic = program.command("clinic").description("make and list clinics");

  clinic
    .command("create")
    .description("make a clinic, and its first admin key, which is shown once")
    .requiredOption("--name <name>", "as patients know it (at most 60 characters)", clinicName)
    .requiredOption("--time-zone <zone>", "IANA zone, such as America/New_York", timeZone)
    .option("--region <country>", "country by which its numbers are read", region, "US")
    .option("--locale <language>", "language where a patient gives none", "en")
    .option("--phone <number>", "shown in emails")
    .option("--window <hours>", "local hours in which it sends", window, "09:00-20:00")
    .action((options: NewClinicOptions) =>
      withLedger(async (ledger) => {
        const now = new Date();
        const secret = generateApiKey();
        const made = await ledger.db.transaction().execute(async (db) => {
          const { window: sendWindow, ...facts } = options;
          const created = await createClinic(db, { ...facts, sendWindow }, now);
          const key = { clinicId: created.id, role: "admin" as const, label: "first key", secret };
          await createApiKey(db, key, now);
          return created;
        });
        say(`Made clinic ${made.id}. Its admin key, shown this once:`);
        say(`  ${secret}`);
      }),
    );

  addClinicContact(clinic);

  clinic
    .command("list")
    .description("list the clinics")
    .action(() =>
      withLedger(async (ledger) => {
        const clinics = await listClinics(ledger.db);
        sayTable(
          ["id", "name", "time zone", "region", "language", "sends"],
          clinics.map((each) => [
            each.id,
            each.name,
            each.timeZone,
            each.region,
            each.locale,
            typeof each.sendWindow === "string" ? each.sendWindow : "by weekday",
          ]),
        );
      }),
    );
}

function clinicName(text: string): string {
  const name = text.trim();
  if (name.length >= 1 && name.length <= 60 && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError("it must have 1 to 60 characters.");
}

function timeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError("it must be an IANA zone such as America/New_York.");
}

function region(text: string): string {
  if ((getCountries() as string[]).includes(text)) return text;
  throw new InvalidArgumentError("it must be a country code such as US.");
}

function window(text: string): string {
  const read = sendWindowSchema.safeParse(text);
  if (read.success && parseSendWindow(read.data).length > 0) return text;
  throw new InvalidArgumentError("it must be hours of one day such as 09:00-20:00.");
}
