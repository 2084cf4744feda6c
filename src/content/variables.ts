import type { MessageVariables } from "../domain/message.ts";
import type { Waits } from "../domain/waits.ts";

/** The variables that a message of any protocol may name, as its author writes them. */
export const VARIABLE_NAMES: readonly string[] = [
  "patient.firstName",
  "clinic.name",
  "clinic.phone",
  "clinic.postalAddress",
  "treatment.title",
  "treatment.called",
  "wait.until",
  "unsubscribeUrl",
  "pageUrl",
];

/**
 * Whether a message may name a variable: one of every protocol's, or a wait of its own. Where
 * `waits` is null nobody can say which its protocol has, and any will do.
 */
export function isVariable(name: string, waits: Waits | null): boolean {
  const wait = /^waits(?:\.([\w-]+)|\['([\w-]+)'\])\.(?:short|long)$/.exec(name);
  const step = wait?.[1] ?? wait?.[2];
  if (step === undefined) return VARIABLE_NAMES.includes(name);
  return waits === null || Object.hasOwn(waits, step);
}

/**
 * What no value may bring into a message: line ends and other control characters, which would start
 * a new header or paragraph; halves of surrogate pairs; and the marks that turn the direction of the
 * text after them, which could make a message read otherwise than it was written.
 */
const UNWELCOME = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** The same variables with every value on one line, trimmed, and in composed form (NFC). */
export function cleanVariables(variables: MessageVariables): MessageVariables {
  const { patient, clinic, treatment, wait, waits, pageUrl } = variables;
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
    waits,
    // Made only where a template names it: signing one takes longer than rendering a text.
    get unsubscribeUrl() {
      return cleanValue(variables.unsubscribeUrl);
    },
    pageUrl: cleanValue(pageUrl),
  };
}

/** Words of plain ASCII with a space between two: what most values are, and nothing to clean. */
const CLEAN = /^[!-~]+(?: [!-~]+)*$/;

/** One value on one line, trimmed, and in composed form (NFC). */
export function cleanValue(value: string): string {
  if (CLEAN.test(value)) return value;
  return value.replace(UNWELCOME, " ").replace(/ {2,}/g, " ").trim().normalize("NFC");
}
