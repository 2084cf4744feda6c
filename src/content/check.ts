import type { MessageVariables } from "../domain/message.ts";
import { type Offset, parseOffset } from "../domain/offset.ts";
import type { Protocol, Step } from "../domain/protocol.ts";
import { LAST_LOCALE, localesOf, packageRoot, readContent } from "./content.ts";
import type { Layout } from "./layout.ts";
import { type Message, renderBody, renderMail, renderSubject, renderText } from "./message.ts";
import { messagePath } from "./messageFile.ts";
import { type PageFile, pagePath } from "./pageFile.ts";
import type { Problem } from "./problem.ts";
import { protocolFile } from "./protocolFile.ts";
import { type SmsSize, smsSegments } from "./segments.ts";

/** What `check` found: nothing wrong where `problems` is empty. */
export interface CheckReport {
  problems: Problem[];
  /** Every message that belongs to a step, with the size of its SMS for the longest usual names. */
  messages: CheckedMessage[];
}

export interface CheckedMessage extends SmsSize {
  protocol: string;
  step: string;
  locale: string;
}

/** The most segments that an English SMS may take. */
export const ENGLISH_SEGMENTS = 2;

/** A send window is closed at night for about half a day: what is stale sooner could miss it. */
export const SHORTEST_EXPIRES_HOURS = 16;

const LONG_CLINIC = "Harbourside Skin & Laser Rooms";
const LONG_FIRST_NAME = "Maximiliana-Victoria";

/** A patient and a clinic with long names: 20 and 30 characters, all of them in GSM-7. */
export const SAMPLE: MessageVariables = {
  patient: { firstName: LONG_FIRST_NAME },
  clinic: { name: LONG_CLINIC, phone: "+1 212 555 0123" },
  treatment: { title: "Micro needling" },
  unsubscribeUrl: "https://care.example.com/u/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
  pageUrl: "https://care.example.com/t/0123456789abcdefghijkl",
};

/** The same with a clinic that gave no phone: a message must read well for it, too. */
const SAMPLES = [SAMPLE, { ...SAMPLE, clinic: { name: LONG_CLINIC, phone: null } }];

/**
 * Validates every protocol and message under `root` and renders each message with sample data.
 * Finds all that `loadContent` refuses, and beyond it what would reach patients but should not.
 * Throws only what the file system throws.
 */
export async function checkContent(root: string = packageRoot()): Promise<CheckReport> {
  const { protocols, messages, pages, layout, problems } = await readContent(root);
  const inUse = messages.filter((message) => stepOf(protocols, message) !== null);
  const checked = inUse.map((message) => checkMessage(message, layout));
  problems.push(
    ...[...protocols.values()].flatMap(staleTooSoon),
    ...[...protocols.values()].flatMap((protocol) => untranslated(protocol, messages, problems)),
    ...wordless(messages, pages, problems),
    ...messages.filter((message) => !inUse.includes(message)).flatMap(orphan(protocols, problems)),
    ...checked.flatMap((result) => result.problems),
  );
  return { problems, messages: checked.map((result) => result.message) };
}

function stepOf(protocols: ReadonlyMap<string, Protocol>, message: Message): Step | null {
  const steps = protocols.get(message.protocol)?.steps ?? [];
  return steps.find((step) => step.key === message.step) ?? null;
}

function staleTooSoon(protocol: Protocol): Problem[] {
  return protocol.steps
    .filter((step) => step.window !== "any" && hoursOf(step.expires) < SHORTEST_EXPIRES_HOURS)
    .map((step) => ({
      file: protocolFile(`${protocol.name}.yaml`),
      message:
        `step "${step.key}", expires: ${step.expires} could pass while the send window is closed ` +
        `overnight; at least ${SHORTEST_EXPIRES_HOURS}h are needed`,
    }));
}

/** A step that has no message in a language in which the protocol has others. */
function untranslated(
  protocol: Protocol,
  messages: readonly Message[],
  known: readonly Problem[],
): Problem[] {
  const broken = new Set(known.map((problem) => problem.file));
  const there = new Set(messages.map((message) => message.file));
  return localesOf(messages, protocol.name)
    .filter((locale) => locale !== LAST_LOCALE)
    .flatMap((locale) => protocol.steps.map((step) => messagePath(protocol.name, locale, step.key)))
    .filter((file) => !there.has(file) && !broken.has(file))
    .map((file) => ({ file, message: "is missing: other steps have a message in this language" }));
}

/** A language in which patients get messages, and find a page in another. */
function wordless(
  messages: readonly Message[],
  pages: readonly PageFile[],
  known: readonly Problem[],
): Problem[] {
  const there = [...pages.map(({ locale }) => pagePath(locale)), ...known.map(({ file }) => file)];
  const languages = messages.map(({ locale }) => locale.split("-")[0] ?? locale);
  return [...new Set(languages.map(pagePath))]
    .filter((file) => !there.includes(file))
    .map((file) => ({ file, message: "is missing: there are messages in this language" }));
}

/** A message that nothing sends; not those whose protocol is there but could not be read. */
function orphan(
  protocols: ReadonlyMap<string, Protocol>,
  known: readonly Problem[],
): (message: Message) => Problem[] {
  const broken = new Set(known.map((problem) => problem.file));
  return ({ protocol, step, file }) => {
    if (protocols.has(protocol)) {
      return [{ file, message: `protocol "${protocol}" has no step "${step}"` }];
    }
    if (broken.has(protocolFile(`${protocol}.yaml`))) return [];
    return [{ file, message: `there is no protocol "${protocol}"` }];
  };
}

function checkMessage(
  message: Message,
  layout: Layout | null,
): { message: CheckedMessage; problems: Problem[] } {
  const { protocol, step, locale, file } = message;
  const found = new Set<string>();
  let size = smsSegments("");
  for (const sample of SAMPLES) {
    const text = renderText(message, sample);
    const sampleSize = smsSegments(text);
    if (sampleSize.characters > size.characters) size = sampleSize;
    if (!text.includes(sample.clinic.name)) found.add("sms: does not say the clinic's name");
    if (renderSubject(message, sample) === "") found.add("subject: comes out empty");
    if (renderBody(message, sample) === "") found.add("body: comes out empty");
    if (layout) renderMail(message, layout, sample);
  }
  if (isEnglish(locale) && size.segments > ENGLISH_SEGMENTS) {
    found.add(
      `sms: takes ${size.segments} segments of ${size.encoding} (${size.characters} characters) ` +
        `with long names; English may take ${ENGLISH_SEGMENTS}`,
    );
  }
  const problems = [...found].map((text) => ({ file, message: text }));
  return { message: { protocol, step, locale, ...size }, problems };
}

function isEnglish(locale: string): boolean {
  return locale === "en" || locale.startsWith("en-");
}

/** A lower bound in hours, for a month its shortest. */
function hoursOf(text: string): number {
  const offset = parseOffset(text);
  return offset === null ? 0 : offset.amount * HOURS[offset.unit];
}

const HOURS: Readonly<Record<Offset["unit"], number>> = {
  m: 1 / 60,
  h: 1,
  d: 24,
  w: 7 * 24,
  mo: 28 * 24,
};
