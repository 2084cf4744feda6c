import { randomBytes } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { isWebhookUrl } from "../channels/clinicWebhook.ts";
import { oneLine } from "../domain/text.ts";
import { AppError } from "../errors.ts";
import { setClinicContacts } from "../ledger/clinicContacts.ts";
import { say } from "./output.ts";
import { withLedger } from "./withLedger.ts";

/** An empty value takes back what was set. */
interface ContactOptions {
  email?: string;
  emergencyText?: string;
  webhookUrl?: string;
}

/** `aftercare clinic contact <id>`: where a clinic is told of replies and alarms. */
export function addClinicContact(clinic: Command): void {
  clinic
    .command("contact")
    .description('set where a clinic is told of replies and alarms; "" takes one back')
    .argument("<id>", "the clinic's id, as `clinic list` shows it", clinicId)
    .option("--email <address>", "mailbox that replies and alarms are sent on to", email)
    .option("--emergency-text <text>", "what an alarming reply is answered with", emergencyText)
    .option("--webhook-url <url>", "address that alarms are posted to; makes a new secret", url)
    .action((id: string, options: ContactOptions) =>
      withLedger(async (ledger) => {
        const { email, emergencyText, webhookUrl } = options;
        if (Object.keys(options).length === 0) {
          throw new AppError("usage", "say what to set: --email, --emergency-text, --webhook-url");
        }
        const secret = randomBytes(32).toString("base64url");
        const webhook = webhookUrl ? { url: webhookUrl, secret } : null;
        const changes = {
          ...(email !== undefined && { email: email || null }),
          ...(emergencyText !== undefined && { emergencyText: emergencyText || null }),
          ...(webhookUrl !== undefined && { webhook }),
        };
        if (!(await setClinicContacts(ledger.db, id, changes))) {
          throw new AppError("not_found", `there is no clinic ${id}`);
        }
        say(`Set the contacts of clinic ${id}.`);
        if (webhook === null) return;
        say("Its webhook is signed with this secret, shown this once:");
        say(`  ${secret}`);
      }),
    );
}

function clinicId(text: string): string {
  if (z.uuid().safeParse(text).success) return text;
  throw new InvalidArgumentError("it must be the id of a clinic.");
}

function email(text: string): string {
  if (text === "" || z.email().safeParse(text).success) return text;
  throw new InvalidArgumentError("it must be an address such as desk@example.com.");
}

function emergencyText(text: string): string {
  if (text === "") return text;
  const read = oneLine(300).safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("it must be one line of at most 300 characters.");
}

function url(text: string): string {
  if (text === "" || isWebhookUrl(text)) return text;
  throw new InvalidArgumentError("it must be a web address such as https://alerts.example.com/in.");
}
