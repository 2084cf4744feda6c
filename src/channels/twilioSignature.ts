import twilio from "twilio";

/**
 * Whether a webhook request comes from Twilio: its X-Twilio-Signature is an HMAC, keyed with the
 * account's auth token, over `url` and the form parameters.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 *
 * `url` is the address as Twilio knows it (PUBLIC_URL and path), not the one behind a proxy;
 * `params` are all the form fields as they came, since Twilio adds fields without notice.
 */
export function validTwilioRequest(
  authToken: string,
  signature: string | undefined,
  url: string,
  params: Readonly<Record<string, string | readonly string[]>>,
): boolean {
  if (!signature) return false;
  return twilio.validateRequest(authToken, signature, url, params);
}
