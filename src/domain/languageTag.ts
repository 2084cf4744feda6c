/** A language, then perhaps script, region and variants; no extensions, which choose calendars. */
const FORM = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** The most characters that any tag without extensions has any use for (RFC 5646, section 4.4.1). */
const MAX_LENGTH = 35;

/**
 * Whether a text is a language tag by which `Intl` can tell times, such as `en` or `es-MX` (BCP 47).
 * The form alone is not enough: `es-mex` and `en-US-US` have it, and make `Intl` throw a RangeError.
 */
export function isLanguageTag(text: string): boolean {
  return text.length <= MAX_LENGTH && FORM.test(text) && isKnownToIntl(text);
}

function isKnownToIntl(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
