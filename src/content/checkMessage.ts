import type { MessageVariables, Privacy } from "../domain/message.ts";
import { PRIVACY_TIERS } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { nameIn } from "../domain/treatmentName.ts";
import type { Layout } from "./layout.ts";
import { linkProblems } from "./link.ts";
import { type Message, renderBody, renderMail, renderSubject, renderText } from "./message.ts";
import { DEFAULT_SEGMENTS } from "./messageFile.ts";
import type { Problem } from "./problem.ts";
import { samplesFor } from "./sample.ts";
import { type SmsSize, smsSegments } from "./segments.ts";

/** A message and the size of its SMS, for the longest usual names and in its dearest tier. */
export interface CheckedMessage extends SmsSize {
  protocol: string;
  step: string;
  locale: string;
}

/** One rendering of a message, for one sample patient and one privacy tier. */
interface Rendered {
  privacy: Privacy;
  sample: MessageVariables;
  text: string;
  subject: string;
  body: string;
}

/**
 * Renders a message for every sample and in all three privacy tiers, and says what a patient, or
 * somebody who looks at the patient's locked phone, should not get to see of it. What is wrong with
 * the `neutral` text is a problem of its own file, which many messages share.
 */
export function checkMessage(
  message: Message,
  protocol: Protocol,
  layout: Layout | null,
): { message: CheckedMessage; problems: Problem[] } {
  const samples = samplesFor(protocol, message.locale);
  const rendered = samples.flatMap((sample) =>
    PRIVACY_TIERS.map((privacy) => render(message, privacy, sample)),
  );
  // Only to see that it can be done, with all values and with few of them.
  for (const sample of [samples.at(0), samples.at(-1)]) {
    if (layout && sample) renderMail(message, layout, "standard", sample);
  }
  const own = rendered.filter(({ privacy }) => privacy !== "neutral");
  const neutral = rendered.filter(({ privacy }) => privacy === "neutral");
  const at = (file: string) => (text: string) => ({ file, message: text });
  const size = largest(own);
  const problems = [
    ...[...ofOwn(own, message, protocol), ...overBudget(size, message.segments)].map(
      at(message.file),
    ),
    ...[...ofNeutral(neutral, protocol), ...overBudget(largest(neutral), DEFAULT_SEGMENTS)]
      .map((text) => `neutral.${text}`)
      .map(at(message.words.file)),
  ];
  const { step, locale } = message;
  return { message: { protocol: protocol.name, step, locale, ...size }, problems };
}

function render(message: Message, privacy: Privacy, sample: MessageVariables): Rendered {
  return {
    privacy,
    sample,
    text: renderText(message, privacy, sample),
    subject: renderSubject(message, privacy, sample),
    body: renderBody(message, privacy, sample),
  };
}

function ofOwn(own: readonly Rendered[], { step }: Message, protocol: Protocol): string[] {
  const kind = protocol.steps.find(({ key }) => key === step)?.kind;
  return distinct(
    own.flatMap(({ privacy, sample, text, subject, body }) => [
      ...problemsOf(text, sample).map((problem) => `sms: ${problem}`),
      ...when(subject === "", "subject: comes out empty"),
      ...when(body === "", "body: comes out empty"),
      ...when(/\bhttp:/i.test(body), "body: a link does not begin with https://"),
      ...(privacy === "standard" ? named("sms", text, sample, protocol) : []),
      ...(privacy === "standard" ? named("subject", subject, sample, protocol) : []),
      ...when(
        kind === "retraction" && sample.wait.until !== null && !text.includes(sample.wait.until),
        "sms: does not say until when to wait: {{ wait.until }}",
      ),
      ...when(
        kind !== "retraction" && sample.wait.until !== null && text.includes(sample.wait.until),
        "sms: {{ wait.until }} has a value in messages of retractions only",
      ),
    ]),
  );
}

function ofNeutral(neutral: readonly Rendered[], protocol: Protocol): string[] {
  return distinct(
    neutral.flatMap(({ sample, text, subject }) => [
      ...problemsOf(text, sample).map((problem) => `sms: ${problem}`),
      ...when(!text.includes(sample.pageUrl), "sms: does not show the page's whole address"),
      ...when(subject === "", "subject: comes out empty"),
      ...named("sms", text, sample, protocol),
      ...named("subject", subject, sample, protocol),
    ]),
  );
}

function problemsOf(text: string, { clinic, pageUrl, unsubscribeUrl }: MessageVariables): string[] {
  return [
    ...when(!text.includes(clinic.name), "does not say the clinic's name"),
    ...linkProblems(text, [pageUrl, unsubscribeUrl]),
  ];
}

/**
 * A locked phone shows texts and subjects to whoever is near: only `explicit` ones may say it. The
 * clinic's own name is the clinic's to choose.
 */
function named(
  part: string,
  text: string,
  { clinic }: MessageVariables,
  protocol: Protocol,
): string[] {
  const name = nameIn(text.replaceAll(clinic.name, "\n"), protocol);
  if (name === null) return [];
  return [`${part}: names the treatment ("${name}"); write {{ treatment.called }} instead`];
}

function overBudget({ encoding, segments, characters }: SmsSize, budget: number): string[] {
  return when(
    segments > budget,
    `sms: takes ${segments} segments of ${encoding} (${characters} characters) with long names, ` +
      `and may take ${budget}: shorten it, or allow it more with \`segments\``,
  );
}

/** What costs most to send; of the same price, what is longest. */
function largest(rendered: readonly Rendered[]): SmsSize {
  const sizes = distinct(rendered.map(({ text }) => text)).map(smsSegments);
  return sizes.reduce(
    (most, size) =>
      size.segments > most.segments ||
      (size.segments === most.segments && size.characters > most.characters)
        ? size
        : most,
    smsSegments(""),
  );
}

function when(isSo: boolean, problem: string): string[] {
  return isSo ? [problem] : [];
}

function distinct(problems: readonly string[]): string[] {
  return [...new Set(problems)];
}
