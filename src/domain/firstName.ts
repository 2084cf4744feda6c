import { oneLine } from "./text.ts";

/**
 * A first name as it is typed. Texts and emails greet with it, so it must not bring a link along:
 * whoever fills in a booking form would send it to others in the clinic's name.
 */
export const firstName = oneLine(40)
  .refine(isName, "must be a name")
  .refine(
    (text) => !hasLink(text),
    "must not look like a link: it has an @, a ://, a phone number, or a dot without a space after it",
  );

/** What is shown to patients as their name has a letter of some script, and is no markup. */
function isName(text: string): boolean {
  return /\p{L}|^$/u.test(text) && !/[<>]/.test(text);
}

/** What phones and mail programs make a link of. */
const LINKS = [
  /@/,
  /:\/\/|(?<!\p{L})(?:https?|mailto|tel|sms):|(?<!\p{L})www\./iu,
  // A host, whatever its ending: new ones are sold every year. Initials are none: "J.R.", "J.-P.".
  /[\p{L}\p{N}]\.(?:[\p{L}\p{N}]{2}|\p{N})/u,
  // Seven digits can be called, however they are set apart.
  /(?:\p{N}[^\p{L}\p{N}]{0,3}){7}/u,
];

function hasLink(text: string): boolean {
  // In plain letters, digits and dots, and without what cannot be seen.
  const plain = text.normalize("NFKC").replace(/[\p{M}\p{Cf}]/gu, "");
  const dotted = plain.replaceAll("\u3002", ".");
  return LINKS.some((link) => link.test(dotted));
}
