import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** Whether a number takes texts, by what its country gave it out for. */
export type PhoneKind = "mobile" | "landline" | "unsaid" | "service";

/** A number that was read. */
export interface Phone {
  /** E.164. */
  number: string;
  /** As people of its country write it to others: `+1 212 555 0147`. */
  international: string;
  kind: PhoneKind;
}

/**
 * Reads a phone number, as one of the country `region` unless it has a country code; null where it is
 * none. The whole text is to be a number: one within other words may be anybody's.
 */
export function readPhone(text: string, region: string): Phone | null {
  const defaultCountry = region as CountryCode;
  const found = parsePhoneNumberFromString(text, { defaultCountry, extract: false });
  if (!found?.isValid() || found.ext !== undefined) return null;
  return {
    number: found.number,
    international: found.formatInternational(),
    kind: kindOf(found.getType()),
  };
}

/**
 * Whether people can dial what a clinic gives as its phone: a number as `readPhone` reads it, with an
 * extension if it has one, or a short code of five or six digits.
 */
export function isDialable(text: string, region: string): boolean {
  const defaultCountry = region as CountryCode;
  const found = parsePhoneNumberFromString(text, { defaultCountry, extract: false });
  if (found?.isValid()) return true;
  return /^\d{5,6}$/.test(text.replaceAll(/[\s-]/g, ""));
}

/** What is given out for services, and takes no texts. */
const SERVICES = ["TOLL_FREE", "PREMIUM_RATE", "SHARED_COST", "UAN", "VOICEMAIL", "PAGER"];

function kindOf(type: string | undefined): PhoneKind {
  if (type === "MOBILE") return "mobile";
  if (type === "FIXED_LINE") return "landline";
  // Some countries, the United States among them, give mobiles and landlines the same numbers.
  return type !== undefined && SERVICES.includes(type) ? "service" : "unsaid";
}
