import { type Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import { clinicFacts } from "../domain/clinicFacts.ts";
import { PRIVACY_TIERS, type Privacy } from "../domain/message.ts";
import type { SendWindowText } from "../domain/sendWindow.ts";
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
    .option(
      "--locale <language>",
      "language where a patient gives none, such as en",
      option(clinicFacts.locale),
    )
    .option("--phone <number>", "shown to patients", orNothing(option(clinicFacts.phone)))
    .option(
      "--email <address>",
      "where replies and alarms are sent on to",
      orNothing(option(clinicFacts.email)),
    )
    .option(
      "--postal-address <address>",
      "at the foot of every email; without one no marketing email is sent",
      orNothing(option(clinicFacts.postalAddress)),
    )
    .addOption(
      new Option(
        "--privacy <tier>",
        "what a text says: product or activity, the treatment as well, or neither",
      ).choices(PRIVACY_TIERS),
    )
    .option(
      "--window <hours>",
      "local hours in which it sends: 09:00-20:00, or by weekday",
      option(clinicFacts.hours),
    )
    .option(
      "--rebook-window <hours>",
      "local hours of marketing: mon-sat 11:00-18:00",
      option(clinicFacts.hours),
    )
    .option(
      "--daily-cap <count>",
      "most messages to a patient on a day, cautions aside",
      option(clinicFacts.dailyCap),
    )
    .option(
      "--emergency-text <text>",
      "the answer to a reply that sounds like an emergency",
      orNothing(option(clinicFacts.emergencyText)),
    )
    .option(
      "--webhook-url <url>",
      "https address that alarms are posted to",
      orNothing(option(clinicFacts.webhookUrl)),
    )
    .option(
      "--webhook-secret <secret>",
      "what they are signed with, in 24 characters or more",
      orNothing(option(clinicFacts.webhookSecret)),
    );
}

/** A clinic's name as an option's value. */
export const clinicName = option(clinicFacts.name);

/** The facts of a clinic that options give; `window` is the send window. */
export function changesIn({ window, ...options }: ClinicOptions): ClinicChanges {
  const given = Object.entries({ ...options, ...(window !== undefined && { sendWindow: window }) });
  return Object.fromEntries(given.map(([field, value]) => [field, value === "" ? null : value]));
}

/** A reader that lets an empty value pass. Commander has no null: it would make it empty text. */
function orNothing(read: (text: string) => string): (text: string) => string {
  return (text) => (text.trim() === "" ? "" : read(text));
}

/** What commander wants of a reader: a value, or an error that says what it must be. */
function option<T>(fact: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const parsed = fact.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`it ${parsed.error.issues[0]?.message ?? "is wrong"}.`);
  };
}
