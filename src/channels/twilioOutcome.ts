import type { Failure, PermanentReason, SendOutcome } from "../domain/outcome.ts";
import type { ReceiptMeaning } from "../domain/receipt.ts";
import type { TwilioFailure } from "./twilioRequest.ts";

/** What one of Twilio's error codes says of a message. */
type Meaning =
  | Exclude<PermanentReason, "no_postal_address">
  | "account"
  | "later"
  | "busy"
  | "quiet";

/**
 * What Twilio's error codes mean for a reminder, in the answer to a send as in a receipt. The page
 * of each is https://www.twilio.com/docs/api/errors/<code>. A code that is not here is about the
 * request itself, and another try would be refused like the first.
 */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  // Never again to this number.
  [21211, "bad_address"], // not a valid number
  [21614, "bad_address"], // not a mobile number
  [21635, "bad_address"], // a landline, where Twilio does not try those
  [30005, "bad_address"], // unknown handset
  [30006, "bad_address"], // landline, or a carrier that cannot be reached
  [21610, "opted_out"], // the patient texted STOP to this sender
  [30004, "opted_out"], // blocked by the patient or the carrier
  // Never again with this text: somebody has to look at it, or at the sender's registration.
  [30007, "filtered"], // taken for spam on the way

  // The same for every patient, until somebody mends it.
  [10001, "account"], // account not active
  [20003, "account"], // wrong credentials
  [20404, "account"], // no such account: it is the only resource that a send names
  [21408, "account"], // no permission to text this region
  [21606, "account"], // sender cannot send messages
  [21608, "account"], // trial account, number not verified
  [21609, "account"], // the status callback is no public address: PUBLIC_URL is wrong
  [21659, "account"], // sender is not a Twilio number
  [21660, "account"], // sender belongs to another account
  [30002, "account"], // account suspended
  [30024, "account"], // sender not yet known to the carrier
  [30032, "account"], // toll-free sender not verified
  [30033, "account"], // campaign of the sender suspended (A2P 10DLC)
  [30034, "account"], // sender not registered for US business traffic (A2P 10DLC)
  [35118, "account"], // messaging service cannot be used
  [63038, "account"], // the account's daily limit

  // The same message may well arrive later.
  [30001, "later"], // queue overflow
  [30003, "later"], // handset off or out of reach
  [30008, "later"], // unknown error of the carrier
  [30017, "later"], // the carrier's network is congested
  [30036, "later"], // waited past its validity period

  // Too many messages at a time.
  [20429, "busy"], // too many requests; such a request was not processed
  [21611, "busy"], // the sender's queue is full
  [30022, "busy"], // the sender's rate to this carrier (A2P 10DLC)
  [30023, "busy"], // the sender's daily cap to this carrier (A2P 10DLC)
  [30027, "busy"], // T-Mobile's daily cap (A2P 10DLC)

  // Not at this hour, where the patient lives.
  [30047, "quiet"], // Twilio could not move it into the hours allowed
  [30610, "quiet"], // outside the hours allowed
]);

/** What a code of Twilio's says went wrong; of an unknown code, that the message is refused. */
function failureOfCode(code: number | null, told: string): Failure {
  const meaning = code === null ? undefined : MEANINGS.get(code);
  switch (meaning) {
    case "account":
      return accountFault(told);
    case "later": {
      const detail = "the message cannot arrive now";
      return { kind: "transient", code: told, detail, of: "message" };
    }
    case "busy":
      return rateLimited(told, null);
    case "quiet": {
      const detail = "texts are not allowed at this hour where the patient is";
      return { kind: "quietHours", code: told, detail };
    }
    case "bad_address":
      return permanent(told, meaning, "Twilio says that this number cannot be texted");
    case "opted_out":
      return permanent(told, meaning, "Twilio says that this number opted out");
    case "filtered":
      return permanent(told, meaning, "the message was taken for spam");
    case "refused":
    case undefined:
      return permanent(told, "refused", "Twilio refuses this message");
  }
}

/** The outcome of a send that failed. */
export function outcomeOfTwilioFailure(failure: TwilioFailure): SendOutcome {
  switch (failure.kind) {
    case "unreached":
      return down(failure.code, "Twilio could not be reached; nothing was sent");
    case "unanswered":
      return unknown(failure.code, "the connection failed before Twilio answered");
    case "refused":
      return outcomeOfReply(failure);
  }
}

function outcomeOfReply(reply: TwilioFailure & { kind: "refused" }): SendOutcome {
  const { status, retryAfterMs } = reply;
  const code = reply.code === null ? `http_${status}` : String(reply.code);
  if (status === 429 || reply.code === 20429) return rateLimited(code, retryAfterMs);
  const known = reply.code !== null && MEANINGS.has(reply.code);
  if (known) return failureOfCode(reply.code, code);
  if (status === 401 || status === 403) return accountFault(code);
  if (status >= 500) return outcomeOfServerError(reply, code);
  // Not an answer of Twilio's API: a proxy, or a wrong base URL. No fault of the message's.
  if (reply.code === null) return down(code, "the reply did not come from Twilio's API");
  return failureOfCode(reply.code, code);
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
  if (reply.status === 503 && reply.code !== null) return down(code, "Twilio is unavailable");
  return unknown(code, "a server error that does not say whether the message was taken");
}

/**
 * What a status callback means; null for the steps on the way to the carrier.
 * https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
 */
export function meaningOfTwilioStatus(status: string, errorCode: string | null): ReceiptMeaning {
  switch (status) {
    case "sent":
      return { status: "sent" };
    case "delivered":
    case "read":
      return { status: "delivered" };
    case "undelivered":
    case "failed": {
      const code = errorCode !== null && /^\d+$/.test(errorCode) ? Number(errorCode) : null;
      return { status: "undelivered", failure: failureOfCode(code, errorCode ?? status) };
    }
    default:
      return null;
  }
}

const down = (code: string, detail: string): SendOutcome => ({
  kind: "transient",
  code,
  detail,
  of: "provider",
});

const unknown = (code: string, detail: string): SendOutcome => ({ kind: "unknown", code, detail });

const rateLimited = (code: string, retryAfterMs: number | null): Failure => ({
  kind: "rateLimited",
  code,
  detail: "Twilio asks for fewer messages",
  retryAfterMs,
});

const accountFault = (code: string): Failure => ({
  kind: "accountFault",
  code,
  detail: "Twilio refuses this account or sender",
});

const permanent = (code: string, reason: PermanentReason, detail: string): Failure => ({
  kind: "permanent",
  code,
  detail,
  reason,
  dead: reason === "bad_address",
});
