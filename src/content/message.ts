import type { MessageVariables, Privacy } from "../domain/message.ts";
import { describeWait, type Waits, type WaitWords } from "../domain/waits.ts";
import type { Layout } from "./layout.ts";
import { type Compiled, compile, markdownLiquid, plainLiquid, render } from "./liquid.ts";
import { escapeMarkdown, markdownToHtml, markdownToText } from "./markdown.ts";
import type { MessageFile } from "./messageFile.ts";
import type { PrivacyWords } from "./privacyWords.ts";
import { cleanVariables, isVariable } from "./variables.ts";

/** What a message needs from outside its file to be rendered for any clinic. */
export interface MessageContext {
  /** The words of its language for each privacy tier. */
  words: PrivacyWords;
  /** What its treatment is called in its language. */
  treatmentName: string;
  /** The waits of its protocol's file; null where there is no such file. */
  waits: Waits | null;
}

/** A message whose templates are parsed and name nothing unknown. */
export interface Message extends Omit<MessageContext, "treatmentName"> {
  /** What its treatment is called in the tiers that call it something. */
  called: Record<"standard" | "explicit", string>;
  protocol: string;
  locale: string;
  step: string;
  file: string;
  /** The most segments that its SMS may take. */
  segments: number;
  subject: Compiled;
  sms: Compiled;
  body: Compiled;
}

/** Parses the templates of a message file, or says what is wrong with each of them. */
export function compileMessage(
  { subject, sms, body, ...place }: MessageFile,
  { treatmentName, words, waits }: MessageContext,
): { message: Message } | { problems: string[] } {
  const isKnown = (name: string) => isVariable(name, waits);
  const parts = {
    subject: compile(plainLiquid, subject, isKnown),
    sms: compile(plainLiquid, sms, isKnown),
    body: compile(markdownLiquid, body, isKnown),
  };
  if ("template" in parts.subject && "template" in parts.sms && "template" in parts.body) {
    const templates = {
      subject: parts.subject.template,
      sms: parts.sms.template,
      body: parts.body.template,
    };
    const name = { treatment: { name: treatmentName } };
    const called = {
      standard: render(plainLiquid, words.called.standard, name),
      explicit: render(plainLiquid, words.called.explicit, name),
    };
    return { message: { ...place, words, waits, called, ...templates } };
  }
  return {
    problems: Object.entries(parts).flatMap(([part, compiled]) =>
      "problems" in compiled ? compiled.problems.map((problem) => `${part}: ${problem}`) : [],
    ),
  };
}

/** The text message for one patient of a clinic that says as much as `privacy` allows. */
export function renderText(
  message: Message,
  privacy: Privacy,
  variables: MessageVariables,
): string {
  const template = privacy === "neutral" ? message.words.neutral.sms : message.sms;
  return render(plainLiquid, template, scopeOf(message, privacy, variables)).trim();
}

/** The subject line, which a locked phone shows as it shows a text: always one line. */
export function renderSubject(
  message: Message,
  privacy: Privacy,
  variables: MessageVariables,
): string {
  const template = privacy === "neutral" ? message.words.neutral.subject : message.subject;
  const subject = render(plainLiquid, template, scopeOf(message, privacy, variables));
  return subject.replace(/\s+/g, " ").trim();
}

/** The email's own words for one patient, still in Markdown, with every value made literal. */
export function renderBody(
  message: Message,
  privacy: Privacy,
  variables: MessageVariables,
): string {
  return render(markdownLiquid, message.body, scopeOf(message, privacy, variables)).trim();
}

/** Subject, HTML part and text part for one patient; both parts come from the same Markdown. */
export function renderMail(
  message: Message,
  layout: Layout,
  privacy: Privacy,
  variables: MessageVariables,
): { subject: string; html: string; text: string } {
  const { clinic, unsubscribeUrl } = cleanVariables(variables);
  const subject = renderSubject(message, privacy, variables);
  const markdown = renderBody(message, privacy, variables);
  const language = message.locale.split("-")[0] ?? message.locale;
  const around = { subject, language, clinic, unsubscribeUrl };
  return {
    subject,
    html: layout.html({ ...around, body: markdownToHtml(markdown) }),
    text: `${layout.text({ ...around, body: markdownToText(markdown) }).trim()}\n`,
  };
}

/** What templates see: the variables, what the treatment is called in this tier, waits in words. */
function scopeOf(message: Message, privacy: Privacy, variables: MessageVariables) {
  const clean = cleanVariables(variables);
  const called = privacy === "explicit" ? message.called.explicit : message.called.standard;
  const treatment = { ...clean.treatment, called };
  const waits = Object.entries({ ...message.waits, ...clean.waits });
  const inWords = waits.map(([step, after]) => [step, describeWait(after, message.locale)]);
  const said: Record<string, WaitWords> = Object.fromEntries(inWords);
  // Not a copy, which would make the link that few texts have.
  return Object.assign(clean, { treatment, waits: said });
}

/**
 * The email's words as HTML for a page of its own: without the greeting, which is the first line
 * where that names the patient and ends in a comma or a colon.
 */
export function renderWords(message: Message, variables: MessageVariables): string {
  const { firstName } = cleanVariables(variables).patient;
  const markdown = renderBody(message, "explicit", variables);
  const [first = "", ...rest] = markdown.split("\n\n");
  const greets = /^[^\n]*[,:]$/.test(first) && first.includes(escapeMarkdown(firstName));
  return markdownToHtml(greets && rest.length > 0 ? rest.join("\n\n") : markdown);
}
