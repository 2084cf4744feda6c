import { type Content, loadContent } from "../../../src/content/content.ts";
import type { MessageVariables, Privacy } from "../../../src/domain/message.ts";
import type { Step } from "../../../src/domain/protocol.ts";

export const LOCALES = ["en", "es"] as const;

export type TestLocale = (typeof LOCALES)[number];

/** A clinic and a patient with plain names. */
export const ANA: MessageVariables = {
  patient: { firstName: "Ana" },
  clinic: {
    name: "Rose Clinic",
    phone: "+1 212 555 0100",
    postalAddress: "1 Main St, Albany, NY 12207",
  },
  treatment: { title: "Micro needling" },
  wait: { until: "Wednesday, November 25 at 3:30 PM" },
  waits: {},
  unsubscribeUrl: "https://care.example.com/u/abc_def-1",
  pageUrl: "https://care.example.com/t/0123456789abcdefghijkl",
};

/** The content that ships with the program, loaded once for all tests of a file. */
export const shipped: Content = await loadContent();

/** The steps of the protocol that ships with the program. */
export function steps(): Step[] {
  return shipped.protocols.get("microneedling")?.steps ?? [];
}

/** The request for a message of micro needling. */
function request(step: string, locale: string, variables: MessageVariables, privacy: Privacy) {
  return { protocol: "microneedling", step, locale, clinicLocale: "en", privacy, variables };
}

export function sms(
  step: string,
  locale: string,
  variables = ANA,
  privacy: Privacy = "standard",
): string {
  return shipped.renderSms(request(step, locale, variables, privacy)).text;
}

export function email(
  step: string,
  locale: string,
  variables = ANA,
  privacy: Privacy = "standard",
) {
  return shipped.renderEmail(request(step, locale, variables, privacy));
}

/** Everything that is said in a language: each step's SMS, and each email's subject and text. */
export function everything(locale: string): { step: string; form: string; text: string }[] {
  return steps().flatMap(({ key }) => [
    { step: key, form: "sms", text: sms(key, locale) },
    { step: key, form: "subject", text: email(key, locale).subject },
    { step: key, form: "email", text: email(key, locale).text },
  ]);
}

/** Cuts a text into sentences; a list counts as part of the sentence that leads it in. */
export function sentences(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n{2,}(?!- )/).filter((sentence) => sentence.trim() !== "");
}
