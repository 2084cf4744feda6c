import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { isLanguageTag } from "../domain/languageTag.ts";
import { PRIVACY_TIERS, type Privacy } from "../domain/message.ts";
import type { SendWindowText } from "../domain/sendWindow.ts";
import { oneLine } from "../domain/text.ts";
import { parseWeeklyHours } from "../domain/weeklyHours.ts";
import type { ClinicChanges } from "../ledger/clinics.ts";

/** What commander makes of the options that `create` and `set` share; empty means: take it away. */
export interface ClinicOptions {
  name?: string;
  locale?: string;
  phone?: string;
  email?: string;
  postalAddress?: string;
  privacy?: Privacy;
  window?: SendWindowText;
  rebookWindow?: SendWindowText;
  dailyCap?: number;
  emergencyText?: string;
  webhookUrl?: string;
  webhookSecret?: string;
}

/** Adds all of them but the name, which `create` needs and `set` does not. */
export function addClinicOptions(command: Command): Command {
  return command
    .option("--locale <language>", "language where a patient gives none, such as en", language)
    .option("--phone <number>", "shown to patients", orNothing(line(40)))
    .option("--email <address>", "where replies and alarms are sent on to", orNothing(email))
    .option(
      "--postal-address <address>",
      "at the foot of every email; without one no marketing email is sent",
      orNothing(line(200)),
    )
    .addOption(
      new Option(
        "--privacy <tier>",
        "what a text says: product or activity, the treatment as well, or neither",
      ).choices(PRIVACY_TIERS),
    )
    .option("--window <hours>", "local hours in which it sends: 09:00-20:00, or by weekday", hours)
    .option("--rebook-window <hours>", "local hours of marketing: mon-sat 11:00-18:00", hours)
    .option("--daily-cap <count>", "most messages to a patient on a day, cautions aside", cap)
    .option(
      "--emergency-text <text>",
      "the answer to a reply that sounds like an emergency",
      orNothing(line(300)),
    )
    .option("--webhook-url <url>", "https address that alarms are posted to", orNothing(webhookUrl))
    .option(
      "--webhook-secret <secret>",
      "what they are signed with, in 24 characters or more",
      orNothing(secret),
    );
}

/** A clinic's name as an option's value. */
export const clinicName = line(60);

/** The facts of a clinic that options give; `window` is the send window. */
export function changesIn({ window, ...options }: ClinicOptions): ClinicChanges {
  const given = Object.entries({ ...options, ...(window !== undefined && { sendWindow: window }) });
  return Object.fromEntries(given.map(([field, value]) => [field, value === "" ? null : value]));
}

/** A reader that lets an empty value pass. Commander has no null: it would make it empty text. */
function orNothing(read: (text: string) => string): (text: string) => string {
  return (text) => (text.trim() === "" ? "" : read(text));
}

function line(max: number): (text: string) => string {
  return (text) => {
    const parsed = oneLine(max).safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`it ${parsed.error.issues[0]?.message ?? "is wrong"}.`);
  };
}

function email(text: string): string {
  const parsed = z.email().max(254).safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError("it must be one address such as desk@example.com.");
}

function language(text: string): string {
  if (isLanguageTag(text)) return text;
  throw new InvalidArgumentError("it must be a language such as en or es-MX.");
}

function hours(text: string): SendWindowText {
  const window = parseWeeklyHours(text);
  if (window !== null) return window;
  throw new InvalidArgumentError(
    'it must be hours of one day such as 09:00-20:00, or by weekday: "mon-fri 09:00-18:00, sat 10:00-14:00".',
  );
}

function cap(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 50) return count;
  throw new InvalidArgumentError("it must be a whole number from 1 to 50.");
}

/** What is posted there is about patients, so it has to be encrypted on its way. */
function webhookUrl(text: string): string {
  const parsed = z
    .url({ protocol: /^https?$/ })
    .max(500)
    .safeParse(text.trim());
  const url = parsed.success ? new URL(parsed.data) : null;
  const here = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url !== null && (url.protocol === "https:" || here) && url.username === "") return url.href;
  throw new InvalidArgumentError(
    "it must be an address such as https://clinic.example.com/alarms.",
  );
}

function secret(text: string): string {
  if (/^[\x21-\x7e]{24,200}$/.test(text)) return text;
  throw new InvalidArgumentError("it must have 24 to 200 characters, without spaces.");
}
