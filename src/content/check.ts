import { type Offset, parseOffset } from "../domain/offset.ts";
import type { Protocol, Step } from "../domain/protocol.ts";
import { type CheckedMessage, checkMessage } from "./checkMessage.ts";
import { LAST_LOCALE, localesOf, packageRoot, readContent } from "./content.ts";
import type { Message } from "./message.ts";
import { messagePath } from "./messageFile.ts";
import { type PageFile, pagePath } from "./pageFile.ts";
import type { Problem } from "./problem.ts";
import { protocolFile } from "./protocolFile.ts";
import { replyProblems } from "./replies.ts";
import { SAMPLE_CLINIC } from "./sample.ts";

/** What `check` found: nothing wrong where `problems` is empty. */
export interface CheckReport {
  problems: Problem[];
  /** Every message that belongs to a step, with the size of its SMS for the longest usual names. */
  messages: CheckedMessage[];
  /** What is right as it is, and will not be sent unless a clinic does its part. */
  notes: string[];
}

/** A send window is closed at night for about half a day: what is stale sooner could miss it. */
export const SHORTEST_EXPIRES_HOURS = 16;

/**
 * Validates every protocol and message under `root` and renders each message with sample data.
 * Finds all that `loadContent` refuses, and beyond it what would reach patients but should not.
 * Throws only what the file system throws.
 */
export async function checkContent(root: string = packageRoot()): Promise<CheckReport> {
  const { protocols, messages, pages, replies, layout, problems } = await readContent(root);
  const inUse = messages.filter((message) => stepOf(protocols, message) !== null);
  const checked = inUse.flatMap((message) => {
    const protocol = protocols.get(message.protocol);
    return protocol === undefined ? [] : [checkMessage(message, protocol, layout)];
  });
  problems.push(
    ...[...protocols.values()].flatMap(staleTooSoon),
    ...[...protocols.values()].flatMap(unretracted),
    ...[...protocols.values()].flatMap((protocol) => untranslated(protocol, messages, problems)),
    ...wordless(messages, pages, problems),
    ...messages.filter((message) => !inUse.includes(message)).flatMap(orphan(protocols, problems)),
    ...distinct(checked.flatMap((result) => result.problems)),
    ...replies.flatMap((each) => replyProblems(each, SAMPLE_CLINIC)),
  );
  return {
    problems,
    messages: checked.map((result) => result.message),
    notes: [...protocols.values()].flatMap(marketing),
  };
}

/** The neutral text of a language is checked with each message, and told of once. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.file}\n${problem.message}`, problem]));
  return [...seen.values()];
}

/** CAN-SPAM, 15 U.S.C. 7704(a)(5): a commercial email shows the sender's postal address. */
function marketing({ name, steps }: Protocol): string[] {
  return steps
    .filter(({ kind, channels }) => kind === "rebook" && channels.includes("email"))
    .map(
      ({ key }) =>
        `protocol "${name}", step "${key}" is marketing: its emails go out only for clinics with a ` +
        "postal address (`aftercare clinic set <id> --postal-address`).",
    );
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

/** A permission that turns out to have been too early must be taken back, topic by topic. */
function unretracted({ name, steps }: Protocol): Problem[] {
  return steps
    .filter(({ kind }) => kind === "permission")
    .flatMap((permission) => {
      const retractions = steps.filter(({ retracts }) => retracts === permission.key);
      const covered = retractions.flatMap(({ topics }) => topics);
      const left = permission.topics.filter((topic) => !covered.includes(topic));
      const step = `step "${permission.key}"`;
      const wanted = `kind: retraction, retracts: ${permission.key}, after: 0h`;
      if (retractions.length === 0) return [`${step} has no retraction; add a step with ${wanted}`];
      if (retractions.length > 1) return [`${step} has several retractions; keep one`];
      return left.map((topic) => `${step}: its retraction does not have the topic "${topic}"`);
    })
    .map((message) => ({ file: protocolFile(`${name}.yaml`), message }));
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
