import { createHash } from "node:crypto";
import type { ConsentText } from "../ledger/consentTexts.ts";

/** The boxes of the form by which patients agree, in their order. */
export const CONSENT_BOXES = ["careSms", "careEmail", "offers"] as const;

export type ConsentBox = (typeof CONSENT_BOXES)[number];

/** What stands at each box in one language, exactly as it is read out, and kept. */
export interface ConsentWords extends ConsentText {
  locale: string;
  boxes: Readonly<Record<ConsentBox, string>>;
}

// Whoever changes a word changes the version with it: versions are made from the words.
const WORDS = {
  en: (clinic: string) => ({
    careSms:
      `I agree that ${clinic} sends me automated text messages about my aftercare, to the number ` +
      "that I gave. How many depends on the treatment. Message and data rates may apply. " +
      "I can stop them at any time by replying STOP.",
    careEmail:
      `I agree that ${clinic} sends me emails about my aftercare, to the address that I gave. ` +
      "I can stop them at any time by the link in each of them.",
    offers:
      `I agree that ${clinic} also sends me automated marketing messages, such as invitations to ` +
      "book again, in the ways that I agreed to above. I do not have to agree to this to be treated.",
  }),
  es: (clinic: string) => ({
    careSms:
      `Acepto que ${clinic} me envíe mensajes de texto automáticos sobre los cuidados después de mi ` +
      "tratamiento, al número que di. Cuántos son depende del tratamiento. Pueden aplicarse tarifas " +
      "de mensajes y datos. Puedo detenerlos en cualquier momento respondiendo STOP.",
    careEmail:
      `Acepto que ${clinic} me envíe correos electrónicos sobre los cuidados después de mi ` +
      "tratamiento, a la dirección que di. Puedo detenerlos en cualquier momento con el enlace que " +
      "hay en cada uno.",
    offers:
      `Acepto que ${clinic} también me envíe mensajes automáticos de publicidad, como invitaciones a ` +
      "volver a reservar, por los medios que acepté arriba. No tengo que aceptar esto para recibir " +
      "el tratamiento.",
  }),
} satisfies Record<string, (clinic: string) => Record<ConsentBox, string>>;

type Language = keyof typeof WORDS;

const LANGUAGES = Object.keys(WORDS) as Language[];

/** The words in a language, or in English where there are none in it. */
export function consentWords(locale: string, clinic: string): ConsentWords {
  const [language = ""] = locale.toLowerCase().split("-");
  const known = LANGUAGES.find((each) => each === language) ?? "en";
  const boxes = WORDS[known](clinic);
  const words = CONSENT_BOXES.map((box) => `${box}: ${boxes[box]}`).join("\n");
  const hash = createHash("sha256").update(words).digest("hex");
  return { locale: known, boxes, words, version: `form-${known}-${hash.slice(0, 16)}` };
}

/** The words of a version, where the form has it today; undefined where they have changed since. */
export function wordsOfVersion(version: string, clinic: string): ConsentWords | undefined {
  return LANGUAGES.map((language) => consentWords(language, clinic)).find(
    (words) => words.version === version,
  );
}
