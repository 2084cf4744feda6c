import type { MessageVariables } from "../domain/message.ts";
import type { Layout } from "./layout.ts";
import { type Compiled, compile, markdownLiquid, plainLiquid, render } from "./liquid.ts";
import { escapeMarkdown, markdownToHtml, markdownToText } from "./markdown.ts";
import type { MessageFile } from "./messageFile.ts";
import { cleanVariables, VARIABLE_NAMES } from "./variables.ts";

/** A message whose templates are parsed and name nothing unknown. */
export interface Message {
  protocol: string;
  locale: string;
  step: string;
  file: string;
  subject: Compiled;
  sms: Compiled;
  body: Compiled;
}

/** Parses the templates of a message file, or says what is wrong with each of them. */
export function compileMessage(file: MessageFile): { message: Message } | { problems: string[] } {
  const subject = compile(plainLiquid, file.subject, VARIABLE_NAMES);
  const sms = compile(plainLiquid, file.sms, VARIABLE_NAMES);
  const body = compile(markdownLiquid, file.body, VARIABLE_NAMES);
  if ("template" in subject && "template" in sms && "template" in body) {
    const { protocol, locale, step } = file;
    const templates = { subject: subject.template, sms: sms.template, body: body.template };
    return { message: { protocol, locale, step, file: file.file, ...templates } };
  }
  const named = (part: string, compiled: typeof subject) =>
    "problems" in compiled ? compiled.problems.map((problem) => `${part}: ${problem}`) : [];
  return {
    problems: [...named("subject", subject), ...named("sms", sms), ...named("body", body)],
  };
}

/** The text message for one patient. */
export function renderText(message: Message, variables: MessageVariables): string {
  return render(plainLiquid, message.sms, cleanVariables(variables)).trim();
}

/** The subject line for one patient: always one line. */
export function renderSubject(message: Message, variables: MessageVariables): string {
  const subject = render(plainLiquid, message.subject, cleanVariables(variables));
  return subject.replace(/\s+/g, " ").trim();
}

/** The email's own words for one patient, still in Markdown, with every value made literal. */
export function renderBody(message: Message, variables: MessageVariables): string {
  return render(markdownLiquid, message.body, cleanVariables(variables)).trim();
}

/** Subject, HTML part and text part for one patient; both parts come from the same Markdown. */
export function renderMail(
  message: Message,
  layout: Layout,
  variables: MessageVariables,
): { subject: string; html: string; text: string } {
  const { clinic, unsubscribeUrl } = cleanVariables(variables);
  const subject = renderSubject(message, variables);
  const markdown = renderBody(message, variables);
  const language = message.locale.split("-")[0] ?? message.locale;
  const around = { subject, language, clinic, unsubscribeUrl };
  return {
    subject,
    html: layout.html({ ...around, body: markdownToHtml(markdown) }),
    text: `${layout.text({ ...around, body: markdownToText(markdown) }).trim()}\n`,
  };
}

/**
 * The email's words as HTML for a page of its own: without the greeting, which is the first line
 * where that names the patient and ends in a comma or a colon.
 */
export function renderWords(message: Message, variables: MessageVariables): string {
  const { firstName } = cleanVariables(variables).patient;
  const markdown = renderBody(message, variables);
  const [first = "", ...rest] = markdown.split("\n\n");
  const greets = /^[^\n]*[,:]$/.test(first) && first.includes(escapeMarkdown(firstName));
  return markdownToHtml(greets && rest.length > 0 ? rest.join("\n\n") : markdown);
}
