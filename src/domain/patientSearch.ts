import { AsYouType, type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** What a typed text may mean of a patient; null where it cannot be that. */
export interface TypedPatient {
  externalId: string | null;
  /** The beginning of an email address. */
  email: string | null;
  /** Digits at the end of a number. */
  lastDigits: string | null;
  /** The beginning of a number, in E.164. */
  firstDigits: string | null;
  /** Beginnings of a first name: all that was typed, and its first word, where there are more. */
  names: string[];
}

/** Fewer digits than these are in too many numbers to say whose they are. */
const FEWEST_DIGITS = 3;

/** With more digits than these somebody typed a number from its beginning. */
const MOST_LOCAL_DIGITS = 8;

/**
 * What somebody means who looks a patient up by `typed`: a number in whatever way it is written, or
 * only its beginning or its last digits, an email address, a name, or the id that the clinic gave.
 * `region` is the country as which a number without a country code is read.
 */
export function readTypedPatient(typed: string, region: string): TypedPatient {
  const text = typed.trim();
  const nothing = { externalId: null, email: null, lastDigits: null, firstDigits: null, names: [] };
  if (text === "") return nothing;
  const externalId = text;
  if (text.includes("@")) return { ...nothing, externalId, email: text };
  const digits = text.replace(/\D/g, "");
  if (/\p{L}/u.test(text) || digits.length < FEWEST_DIGITS) {
    const [first = text] = text.split(/\s+/);
    // A beginning of an address may not have reached its @ yet.
    const email = /^[\w.+-]+$/.test(text) ? text : null;
    return { ...nothing, externalId, email, names: [...new Set([text, first])] };
  }
  const country = region as CountryCode;
  const whole = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (whole?.isValid()) return { ...nothing, externalId, lastDigits: whole.number.slice(1) };
  const formatter = new AsYouType(country);
  formatter.input(text);
  const firstDigits = formatter.getNumberValue() ?? null;
  // The 0 before a number of another country, as it is dialled there, is not in its E.164 form.
  const lastDigits = digits.length > MOST_LOCAL_DIGITS ? digits.replace(/^0/, "") : digits;
  return { ...nothing, externalId, lastDigits, firstDigits };
}
