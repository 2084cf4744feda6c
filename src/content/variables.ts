import type { MessageVariables } from "../domain/message.ts";

/** Every variable that a message may name, as its author writes it. */
export const VARIABLE_NAMES = [
  "patient.firstName",
  "clinic.name",
  "clinic.phone",
  "clinic.postalAddress",
  "treatment.title",
  "treatment.called",
  "wait.until",
  "unsubscribeUrl",
  "pageUrl",
] as const;

/**
 * What no value may bring into a message: line ends and other control characters, which would start
 * a new header or paragraph; halves of surrogate pairs; and the marks that turn the direction of the
 * text after them, which could make a message read otherwise than it was written.
 */
const UNWELCOME = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** The same variables with every value on one line, trimmed, and in composed form (NFC). */
export function cleanVariables(variables: MessageVariables): MessageVariables {
  const { patient, clinic, treatment, wait, unsubscribeUrl, pageUrl } = variables;
  const cleanOrNull = (value: string | null) => (value === null ? null : cleanValue(value));
  return {
    patient: { firstName: cleanValue(patient.firstName) },
    clinic: {
      name: cleanValue(clinic.name),
      phone: cleanOrNull(clinic.phone),
      postalAddress: cleanOrNull(clinic.postalAddress),
    },
    treatment: { title: cleanValue(treatment.title) },
    wait: { until: cleanOrNull(wait.until) },
    unsubscribeUrl: cleanValue(unsubscribeUrl),
    pageUrl: cleanValue(pageUrl),
  };
}

/** One value on one line, trimmed, and in composed form (NFC). */
export function cleanValue(value: string): string {
  return value.replace(UNWELCOME, " ").replace(/ {2,}/g, " ").trim().normalize("NFC");
}
