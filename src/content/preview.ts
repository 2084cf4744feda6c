import { describeMoment } from "../domain/localTime.ts";
import type { MessageVariables, Privacy } from "../domain/message.ts";
import type { Protocol, Step } from "../domain/protocol.ts";
import { waitsOf } from "../domain/waits.ts";
import { type Content, LAST_LOCALE, type MessageRequest } from "./content.ts";
import { SAMPLE_PATIENT } from "./sample.ts";
import { type SmsSize, smsSegments } from "./segments.ts";

/** For whom and from whom a preview is: the sample patient of a clinic. */
export interface PreviewSetting {
  clinic: {
    name: string;
    phone: string | null;
    postalAddress: string | null;
    locale: string;
    /** IANA; of the sample patient as well. */
    timeZone: string;
  };
  /** The address at which patients know this server. */
  publicUrl: string;
  now: Date;
}

/** Which messages: all steps in one language, saying as much as `privacy` allows. */
export interface PreviewRequest extends PreviewSetting {
  protocol: Protocol;
  locale: string;
  privacy: Privacy;
}

/** A message as its patient would see it, over each of its channels. */
export interface Preview {
  step: Step;
  /** Null where the step is not sent by text. */
  sms: ({ text: string } & SmsSize) | null;
  /** Null where the step is not sent by email. */
  email: { subject: string; html: string; text: string } | null;
}

/** As long as the tokens of real links, so that a text has the length that it will have. */
const SAMPLE_TOKEN = "sample0123456789sample";
const SAMPLE_UNSUBSCRIBE = SAMPLE_TOKEN.repeat(2);

/** A retraction of the preview asks to wait for so long from now, in milliseconds: two days. */
const SAMPLE_WAIT_MS = 172_800_000;

/**
 * The messages of a protocol as the clinic's sample patient would get them now, with the protocol's
 * own waits. A real name may be longer, and a text with it.
 */
export function previewMessages(content: Content, request: PreviewRequest): Preview[] {
  return request.protocol.steps.map((step) => previewMessage(content, { ...request, step }));
}

/** One of them. */
export function previewMessage(
  content: Content,
  { step, ...request }: PreviewRequest & { step: Step },
): Preview {
  const mail = step.channels.includes("email")
    ? content.renderEmail(messageOf(content, request, step))
    : null;
  return {
    step,
    sms: previewText(content, request, step),
    email: mail && { subject: mail.subject, html: mail.html, text: mail.text },
  };
}

/** Its text; null where the step is not sent by text. */
export function previewText(content: Content, request: PreviewRequest, step: Step): Preview["sms"] {
  if (!step.channels.includes("sms")) return null;
  const { text } = content.renderSms(messageOf(content, request, step));
  return { text, ...smsSegments(text) };
}

function messageOf(content: Content, request: PreviewRequest, step: Step): MessageRequest {
  const { protocol, locale, privacy, clinic } = request;
  const asked = { protocol: protocol.name, step: step.key, locale, clinicLocale: clinic.locale };
  const variables = variablesOf(step, request, content.dateLocale(asked));
  return { ...asked, privacy, variables };
}

function variablesOf(
  { kind }: Step,
  { protocol, clinic, publicUrl, now }: PreviewRequest,
  locale: string,
): MessageVariables {
  const until = new Date(now.getTime() + SAMPLE_WAIT_MS);
  const { name, phone, postalAddress } = clinic;
  return {
    patient: SAMPLE_PATIENT,
    clinic: { name, phone, postalAddress },
    treatment: { title: protocol.title },
    wait: { until: kind === "retraction" ? describeMoment(until, clinic.timeZone, locale) : null },
    waits: waitsOf(protocol),
    unsubscribeUrl: `${publicUrl}/u/${SAMPLE_UNSUBSCRIBE}`,
    pageUrl: `${publicUrl}/t/${SAMPLE_TOKEN}`,
  };
}

/** In which of a protocol's languages a clinic's patients get its messages, unless they have another. */
export function previewLocale(content: Content, { name }: Protocol, clinicLocale: string): string {
  const locales = content.locales(name);
  const wanted = [clinicLocale, clinicLocale.split("-")[0] ?? clinicLocale];
  return wanted.find((locale) => locales.includes(locale)) ?? LAST_LOCALE;
}
