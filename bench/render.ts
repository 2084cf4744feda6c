// Renders one message over and over, in a process of its own; prints how often a second.
import { fileURLToPath } from "node:url";
import { Liquid } from "liquidjs";
import mjml2html from "mjml";
import { loadContent } from "../src/content/content.ts";
import { readMessages } from "../src/content/messageFile.ts";
import { renderReminder } from "../src/content/reminderMessage.ts";
import { readText } from "../src/content/sourceFile.ts";
import { describeWait, waitsOf } from "../src/domain/waits.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PROTOCOL = "microneedling";
const STEP = "essentials";

/** As the program has them. */
const MJML = { validationLevel: "strict", fonts: {}, ignoreIncludes: true } as const;

const [kind = "", ms = ""] = process.argv.slice(2);
const content = await loadContent();
const protocol = content.protocols.get(PROTOCOL);
const { messages } = await readMessages(ROOT);
const file = messages.find(
  (each) => each.protocol === PROTOCOL && each.step === STEP && each.locale === "en",
);
const layout = await readText(ROOT, "templates/layout.mjml");
if (protocol === undefined || file === undefined || layout === null) {
  throw new Error("the message is not there");
}
const waits = waitsOf(protocol);

const words = {
  protocol: PROTOCOL,
  step: STEP,
  firstName: "Ana",
  locale: "en",
  clinicName: "Willow Skin Clinic",
  clinicPhone: "+12125550100",
  clinicPostalAddress: "1 Main Street, New York, NY 10001",
  privacy: "standard" as const,
  clinicLocale: "en",
  pageToken: "sample0123456789sample",
  waitUntil: null,
  waits,
  timeZone: "America/New_York",
};
const links = {
  publicUrl: "https://care.example.test",
  unsubscribeUrl: () => "https://care.example.test/u/sample",
};

/** What the same templates see without the program's checks: the values as they are. */
const scope = {
  patient: { firstName: words.firstName },
  clinic: {
    name: words.clinicName,
    phone: words.clinicPhone,
    postalAddress: words.clinicPostalAddress,
  },
  treatment: { title: protocol.title, called: "your treatment" },
  wait: { until: null },
  waits: Object.fromEntries(
    Object.entries(waits).map(([step, after]) => [step, describeWait(after, "en")]),
  ),
  unsubscribeUrl: links.unsubscribeUrl(),
  pageUrl: `${links.publicUrl}/t/${words.pageToken}`,
  subject: file.subject,
  language: "en",
};

const liquid = new Liquid();
const parsed = {
  sms: liquid.parse(file.sms),
  body: liquid.parse(file.body),
  mjml: liquid.parse(layout),
  html: liquid.parse((await mjml2html(layout, MJML)).html),
};

const RENDERS: Record<string, () => unknown> = {
  sms: () => renderReminder(content, { ...words, channel: "sms" }, links),
  email: () => renderReminder(content, { ...words, channel: "email" }, links),
  liquidSms: () => liquid.renderSync(parsed.sms, scope),
  liquidEmail: () =>
    liquid.renderSync(parsed.html, { ...scope, body: liquid.renderSync(parsed.body, scope) }),
  mjmlEmail: () =>
    mjml2html(
      liquid.renderSync(parsed.mjml, { ...scope, body: liquid.renderSync(parsed.body, scope) }),
      MJML,
    ),
};
const render = RENDERS[kind];
if (render === undefined) throw new Error(`no such rendering: ${kind}`);

/** Until the compiler has seen enough of it. */
await during(Number(ms) / 2);
const perSecond = await during(Number(ms));
process.stdout.write(`${JSON.stringify({ perSecond })}\n`);

async function during(forMs: number): Promise<number> {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < forMs) {
    await render?.();
    count += 1;
  }
  return (count / (performance.now() - began)) * 1_000;
}
