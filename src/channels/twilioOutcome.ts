import type { PermanentReason, SendOutcome } from "../domain/outcome.ts";
import type { TwilioFailure } from "./twilioRequest.ts";

/*
 * What Twilio's error codes mean for a reminder. The same codes come in the answer to a send and
 * later in status callbacks. Each has a page, https://www.twilio.com/docs/api/errors/<code>.
 */

/** Never again on this channel: another try would end the same way. */
const PERMANENT: ReadonlyMap<number, PermanentReason> = new Map([
  [21211, "bad_address"], // not a valid number
  [21614, "bad_address"], // not a mobile number
  [21635, "bad_address"], // a landline, where Twilio does not try those
  [30005, "bad_address"], // unknown handset
  [30006, "bad_address"], // landline, or a carrier that cannot be reached
  [21610, "opted_out"], // the patient texted STOP to this sender
  [30004, "opted_out"], // blocked by the patient or the carrier
  [30007, "filtered"], // taken for spam on the way
]);

/** Faults of the clinic's account, sender or set-up: the same for every patient, and mendable. */
export const ACCOUNT_FAULTS: ReadonlySet<number> = new Set([
  10001, // account not active
  20003, // wrong credentials
  20404, // no such account: it is the only resource that a send names
  21408, // no permission to text this region
  21606, // sender cannot send messages
  21608, // trial account, number not verified
  21609, // the status callback is no public address: PUBLIC_URL is wrong
  21659, // sender is not a Twilio number
  21660, // sender belongs to another account
  30002, // account suspended
  30024, // sender not yet known to the carrier
  30034, // sender not registered for US business traffic (A2P 10DLC)
  35118, // messaging service cannot be used
  63038, // the account's daily limit
]);

/** Passing troubles: the same message may well arrive later. */
const PASSING: ReadonlySet<number> = new Set([
  21611, // the sender's queue is full
  30001, // queue overflow
  30003, // handset off or out of reach
  30008, // unknown error of the carrier
  30036, // waited past its validity period
  30047, // Twilio could not move it into the hours allowed
  30610, // outside the hours allowed where the patient lives
]);

/** What a code says: a reason never to try again, whose fault it is, or null for any other code. */
export type TwilioMeaning = PermanentReason | "account" | "passing" | null;

export function meaningOfTwilioCode(code: number): TwilioMeaning {
  if (ACCOUNT_FAULTS.has(code)) return "account";
  if (PASSING.has(code)) return "passing";
  return PERMANENT.get(code) ?? null;
}

/**
 * The outcome of a send that failed. Account faults are `transient`, since nothing is wrong with
 * the reminder; ACCOUNT_FAULTS tells them from the passing ones.
 */
export function outcomeOfTwilioFailure(failure: TwilioFailure): SendOutcome {
  switch (failure.kind) {
    case "unreached":
      return transient(failure.code, "Twilio could not be reached; nothing was sent");
    case "unanswered":
      return unknown(failure.code, "the connection failed before Twilio answered");
    case "refused":
      return outcomeOfReply(failure);
  }
}

function outcomeOfReply(reply: TwilioFailure & { kind: "refused" }): SendOutcome {
  const { status, retryAfterMs } = reply;
  const code = reply.code === null ? `http_${status}` : String(reply.code);

  // 20429: "too many requests"; such a request was not processed.
  if (status === 429 || reply.code === 20429) {
    return { kind: "rateLimited", code, detail: "Twilio asks for fewer requests", retryAfterMs };
  }
  const meaning = reply.code === null ? null : meaningOfTwilioCode(reply.code);
  switch (meaning) {
    case "account":
      return transient(code, "Twilio refuses this account or sender");
    case "passing":
      return transient(code, "Twilio cannot send this now");
    case "bad_address":
      return permanent(code, meaning, "Twilio says that this number cannot be texted");
    case "opted_out":
      return permanent(code, meaning, "Twilio says that this number opted out");
    case "filtered":
      return permanent(code, meaning, "the message was filtered");
    case "refused":
    case null:
      break;
  }
  if (status === 401 || status === 403) {
    return transient(code, "Twilio refuses this account or sender");
  }
  if (status >= 500) return outcomeOfServerError(reply, code);
  if (reply.code === null) {
    // Not an answer of Twilio's API: a proxy, or a wrong base URL. No fault of the message's.
    return transient(code, "the reply did not come from Twilio's API");
  }
  return permanent(code, "refused", "Twilio refuses this message");
}

/**
 * Twilio's page on 20500 says that a message whose POST ended in a 500 may have gone out, and that
 * repeating it may text the patient twice. 502 and 504 are a gateway's, which cannot know. Only a
 * 503 with a code of Twilio's own (20503, "unavailable, try again with back-off") is a clear no.
 */
function outcomeOfServerError(
  reply: TwilioFailure & { kind: "refused" },
  code: string,
): SendOutcome {
  if (reply.status === 503 && reply.code !== null) {
    return transient(code, "Twilio is unavailable");
  }
  return unknown(code, "a server error that does not say whether the message was taken");
}

const transient = (code: string, detail: string): SendOutcome => ({
  kind: "transient",
  code,
  detail,
});

const unknown = (code: string, detail: string): SendOutcome => ({ kind: "unknown", code, detail });

const permanent = (code: string, reason: PermanentReason, detail: string): SendOutcome => ({
  kind: "permanent",
  code,
  detail,
  reason,
});
