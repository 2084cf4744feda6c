import { fileURLToPath } from "node:url";
import type { EmailContent, MessageVariables, SmsContent } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { AppError } from "../errors.ts";
import { type Layout, readLayout } from "./layout.ts";
import { compileMessage, type Message, renderMail, renderText, renderWords } from "./message.ts";
import { messagePath, readMessages } from "./messageFile.ts";
import { type PageFile, pagePath, readPages } from "./pageFile.ts";
import { type PageWords, pageWords, unsaid } from "./pageWords.ts";
import type { Problem } from "./problem.ts";
import { readProtocols } from "./protocolFile.ts";

/** The language that every message has, and that is used where no other fits. */
export const LAST_LOCALE = "en";

/** Which message, for whom. */
export interface MessageRequest {
  /** Name of the protocol, and key of its step. */
  protocol: string;
  step: string;
  /** The patient's language tag, and the one that the clinic falls back to. */
  locale: string;
  clinicLocale: string;
  variables: MessageVariables;
}

/** All protocols and messages, loaded and ready to render. */
export interface Content {
  protocols: ReadonlyMap<string, Protocol>;
  /** Languages in which a protocol has messages, sorted; none for an unknown protocol. */
  locales(protocol: string): string[];
  /**
   * The text message, in the patient's language or the nearest that there is: `es-MX`, `es`, the
   * clinic's, `en`. Throws AppError `protocol_changed` where the protocol has no such step any more.
   */
  renderSms(request: MessageRequest): SmsContent;
  /** The email, chosen and failing in the same way. */
  renderEmail(request: MessageRequest): EmailContent;
  /**
   * The step's own words as the patient's page shows them, and their language: the email's text as
   * HTML, without its greeting. Chosen in the same way; null where the protocol has no such step.
   */
  renderWords(request: MessageRequest): { html: string; locale: string } | null;
  /** The words of the pages for patients, in the language chosen in the same way. */
  pageWords(locale: string, clinicLocale: string): PageWords;
}

/** What could be read of the content, and what could not. */
export interface ReadContent {
  protocols: Map<string, Protocol>;
  messages: Message[];
  pages: PageFile[];
  /** Null where a layout file is wrong; `problems` then says how. */
  layout: Layout | null;
  problems: Problem[];
}

/** The package's own root, from `src/content/` as well as from `dist/content/`. */
export function packageRoot(): string {
  return fileURLToPath(new URL("../../", import.meta.url));
}

/**
 * Loads `jobs/` and `templates/` under `root` and compiles every template, once.
 * Throws AppError `bad_content`, naming everything that would keep a message from being sent.
 */
export async function loadContent(root: string = packageRoot()): Promise<Content> {
  const { protocols, messages, pages, layout, problems } = await readContent(root);
  const words = new Map(pages.map((page) => [page.locale.toLowerCase(), pageWords(page)]));
  const lastWords = words.get(LAST_LOCALE);
  if (layout === null || lastWords === undefined || problems.length > 0) {
    const list = problems.map(({ file, message }) => `${file}: ${message}`);
    throw new AppError("bad_content", `content: ${list.join("; ")}`);
  }

  const byPath = new Map(messages.map((message) => [pathKey(message), message]));
  const search = (request: MessageRequest): Message | null => {
    const { protocol, step } = request;
    for (const locale of fallbacks(request.locale, request.clinicLocale)) {
      const message = byPath.get(pathKey({ protocol, locale, step }));
      if (message) return message;
    }
    return null;
  };
  const find = (request: MessageRequest): Message => {
    const { protocol, step } = request;
    const message = search(request);
    if (message !== null) return message;
    throw new AppError("protocol_changed", `protocol "${protocol}" has no step "${step}" any more`);
  };

  return {
    protocols,
    locales: (protocol) => localesOf(messages, protocol),
    renderSms: (request) => ({
      channel: "sms",
      text: renderText(find(request), request.variables),
    }),
    renderEmail: (request) => ({
      channel: "email",
      ...renderMail(find(request), layout, request.variables),
    }),
    renderWords: (request) => {
      const message = search(request);
      return message && { html: renderWords(message, request.variables), locale: message.locale };
    },
    pageWords: (locale, clinicLocale) => {
      const tags = fallbacks(locale, clinicLocale).map((tag) => words.get(tag.toLowerCase()));
      return tags.find((each) => each !== undefined) ?? lastWords;
    },
  };
}

/** Reads and compiles everything under `root`, collecting problems instead of throwing. */
export async function readContent(root: string): Promise<ReadContent> {
  const { protocols, problems } = await readProtocols(root);
  const read = await readMessages(root);
  const around = await readLayout(root);
  const { pages, ...page } = await readPages(root);
  problems.push(...read.problems, ...("problems" in around ? around.problems : []));
  problems.push(...page.problems, ...unsaid(protocols.values(), pages));

  const messages: Message[] = [];
  for (const file of read.messages) {
    const compiled = compileMessage(file);
    if ("message" in compiled) messages.push(compiled.message);
    else problems.push(...compiled.problems.map((message) => ({ file: file.file, message })));
  }
  const known = new Set([...read.messages, ...read.problems].map(({ file }) => file));
  problems.push(...missingMessages(protocols, known), ...missingPage(pages, page.problems));
  const layout = "layout" in around ? around.layout : null;
  return { protocols, messages, pages, layout, problems };
}

/** Languages in which a protocol has messages, sorted. */
export function localesOf(messages: readonly Message[], protocol: string): string[] {
  const own = messages.filter((message) => message.protocol === protocol);
  return [...new Set(own.map((message) => message.locale))].sort();
}

/** A step without a message in the last language of all could meet a patient without words. */
function missingMessages(
  protocols: ReadonlyMap<string, Protocol>,
  files: ReadonlySet<string>,
): Problem[] {
  return [...protocols.values()].flatMap((protocol) =>
    protocol.steps
      .map((step) => messagePath(protocol.name, LAST_LOCALE, step.key))
      .filter((file) => !files.has(file))
      .map((file) => ({ file, message: "is missing: every step needs a message in English" })),
  );
}

/** Without the last language of all, the patient's page would be without words. */
function missingPage(pages: readonly PageFile[], broken: readonly Problem[]): Problem[] {
  const file = pagePath(LAST_LOCALE);
  const there = pages.some(({ locale }) => locale === LAST_LOCALE);
  if (there || broken.some((problem) => problem.file === file)) return [];
  return [{ file, message: "is missing: the patient's page needs words in English" }];
}

/** The languages to try in turn; each tag is followed by its own shorter forms. */
function fallbacks(locale: string, clinicLocale: string): string[] {
  return [...shortened(locale), ...shortened(clinicLocale), LAST_LOCALE];
}

function shortened(locale: string): string[] {
  const parts = locale.split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
}

/** Language tags are equal whatever their case (RFC 5646, section 2.1.1). */
function pathKey(place: { protocol: string; locale: string; step: string }): string {
  return messagePath(place.protocol, place.locale.toLowerCase(), place.step);
}
