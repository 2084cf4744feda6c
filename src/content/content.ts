import { fileURLToPath } from "node:url";
import { isLanguageTag } from "../domain/languageTag.ts";
import type { EmailContent, MessageVariables, Privacy, SmsContent } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { treatmentName } from "../domain/treatmentName.ts";
import { waitsOf } from "../domain/waits.ts";
import { AppError } from "../errors.ts";
import { type Layout, readLayout } from "./layout.ts";
import {
  compileMessage,
  type Message,
  renderMail,
  renderSubject,
  renderText,
  renderWords,
} from "./message.ts";
import { type MessageFile, messagePath, readMessages } from "./messageFile.ts";
import { type PageFile, pagePath, readPages } from "./pageFile.ts";
import { type PageWords, pageWords, unsaid } from "./pageWords.ts";
import { type PrivacyWords, privacyPath, readPrivacyWords } from "./privacyWords.ts";
import type { Problem } from "./problem.ts";
import { readProtocols } from "./protocolFile.ts";
import { type Replies, type ReplyRequest, readReplies, renderReply } from "./replies.ts";

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
  /** How much the clinic lets a text and a subject say. */
  privacy: Privacy;
  variables: MessageVariables;
}

/** Which message, for its patient's own page, which says all. */
export type WordsRequest = Omit<MessageRequest, "privacy">;

/** What decides in which language a message goes out. */
export type LanguageRequest = Pick<MessageRequest, "protocol" | "step" | "locale" | "clinicLocale">;

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
  /** The email's subject, chosen in the same way; null where the protocol has no such step. */
  renderSubject(request: MessageRequest): string | null;
  /** The email, chosen and failing in the same way. */
  renderEmail(request: MessageRequest): EmailContent;
  /**
   * The language tag by which to write dates in that message: the patient's own, with its region,
   * where the message is in that language and the tag is one, else the message's. Fails in the same
   * way.
   */
  dateLocale(request: LanguageRequest): string;
  /** The answer to a patient's text, its language chosen in the same way. */
  renderReply(request: ReplyRequest): string;
  /**
   * The step's own words as the patient's page shows them, and their language: the email's text as
   * HTML, without its greeting. Chosen in the same way; null where the protocol has no such step.
   */
  renderWords(request: WordsRequest): { html: string; locale: string } | null;
  /** The words of the pages for patients, in the language chosen in the same way. */
  pageWords(locale: string, clinicLocale: string): PageWords;
}

/** What could be read of the content, and what could not. */
export interface ReadContent {
  protocols: Map<string, Protocol>;
  messages: Message[];
  /** The answers to patients' texts, by language. */
  replies: Replies[];
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
  const { protocols, messages, pages, replies, layout, problems } = await readContent(root);
  const words = new Map(pages.map((page) => [page.locale.toLowerCase(), pageWords(page)]));
  const lastWords = words.get(LAST_LOCALE);
  if (layout === null || lastWords === undefined || problems.length > 0) {
    const list = problems.map(({ file, message }) => `${file}: ${message}`);
    throw new AppError("bad_content", `content: ${list.join("; ")}`);
  }

  const byPath = new Map(messages.map((message) => [pathKey(message), message]));
  const search = (request: LanguageRequest): Message | null => {
    const { protocol, step } = request;
    for (const locale of fallbacks(request.locale, request.clinicLocale)) {
      const message = byPath.get(pathKey({ protocol, locale, step }));
      if (message) return message;
    }
    return null;
  };
  const find = (request: LanguageRequest): Message => {
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
      text: renderText(find(request), request.privacy, request.variables),
    }),
    renderSubject: (request) => {
      const message = search(request);
      return message && renderSubject(message, request.privacy, request.variables);
    },
    renderEmail: (request) => ({
      channel: "email",
      ...renderMail(find(request), layout, request.privacy, request.variables),
    }),
    dateLocale: (request) => {
      const { locale } = find(request);
      const same = languageOf(request.locale) === languageOf(locale);
      // The ledger may have tags from before they were checked: none keeps a message from going out.
      return same && isLanguageTag(request.locale) ? request.locale : locale;
    },
    renderReply({ name, locale, clinicLocale, clinic }) {
      const tags = fallbacks(locale, clinicLocale).map((tag) => tag.toLowerCase());
      const inLocale = (tag: string) => replies.find((each) => each.locale.toLowerCase() === tag);
      const found = tags.map(inLocale).find((each) => each !== undefined);
      if (found === undefined) throw new AppError("bad_content", "there are no answers in English");
      return renderReply(found.answers[name], { clinic });
    },
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
  const tiers = await readPrivacyWords(root);
  const around = await readLayout(root);
  problems.push(...read.problems, ...tiers.problems);
  problems.push(...("problems" in around ? around.problems : []));
  problems.push(...wordless(read.messages, tiers));
  const answers = await readReplies(root);
  problems.push(...answers.problems);
  const { pages, ...page } = await readPages(root);
  problems.push(...page.problems, ...unsaid(protocols.values(), pages));

  const messages: Message[] = [];
  for (const file of read.messages) {
    const words = wordsFor(file.locale, tiers.words);
    if (words === undefined) continue;
    const protocol = protocols.get(file.protocol);
    const unread = { name: file.protocol, title: file.protocol };
    const compiled = compileMessage(file, {
      words,
      treatmentName: treatmentName(protocol ?? unread, file.locale),
      waits: protocol ? waitsOf(protocol) : null,
    });
    if ("message" in compiled) messages.push(compiled.message);
    else problems.push(...compiled.problems.map((message) => ({ file: file.file, message })));
  }
  const known = new Set([...read.messages, ...read.problems].map(({ file }) => file));
  problems.push(...missingMessages(protocols, known), ...missingPage(pages, page.problems));
  const layout = "layout" in around ? around.layout : null;
  return { protocols, messages, pages, replies: answers.replies, layout, problems };
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

/** Each language in which there are messages but no words for what they must not say. */
function wordless(
  files: readonly MessageFile[],
  { words, problems }: { words: readonly PrivacyWords[]; problems: readonly Problem[] },
): Problem[] {
  const lacking = files.filter(({ locale }) => wordsFor(locale, words) === undefined);
  return [...new Set(lacking.map(({ locale }) => privacyPath(languageOf(locale))))]
    .filter((file) => !problems.some((problem) => problem.file === file))
    .map((file) => ({ file, message: "is missing: there are messages in this language" }));
}

function wordsFor(locale: string, words: readonly PrivacyWords[]): PrivacyWords | undefined {
  const known = (tag: string) => words.find((each) => each.locale.toLowerCase() === tag);
  return shortened(locale.toLowerCase()).map(known).find(Boolean);
}

function languageOf(locale: string): string {
  return locale.split("-")[0]?.toLowerCase() ?? locale;
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
