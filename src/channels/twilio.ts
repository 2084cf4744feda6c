import twilio from "twilio";
import type { TwilioConfig } from "../config.ts";
import type { SendOutcome } from "../domain/outcome.ts";
import type { Channel, LookupOutcome, OutgoingMessage, SentMessage } from "./channel.ts";
import { outcomeOfTwilioFailure } from "./twilioOutcome.ts";
import { TwilioRequestError, TwilioRequests } from "./twilioRequest.ts";

export interface TwilioChannelOptions {
  config: TwilioConfig;
  /** The public address at which Twilio reports what becomes of an attempt. */
  statusCallbackUrl(attemptId: string): string;
  /** The most that one request may take, in milliseconds. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Requests of one process under way: with answers in 150 ms some 330 a second, which is more than most
 * accounts may send.
 */
const AT_ONCE = 50;

/** Our clock and Twilio's may differ by this much; Twilio's dates are also cut to whole seconds. */
const CLOCK_SKEW_MS = 60_000;

/** A patient gets some tens of messages; a number with so many since the send is not a patient's. */
const LOOKUP_LIMIT = 1_000;

/**
 * SMS through Twilio's Messages API, or an endpoint that speaks like it.
 * https://www.twilio.com/docs/messaging/api/message-resource
 *
 * Twilio has no idempotency key for messages: a send whose answer was lost is `unknown`, and
 * `lookup` asks for it by number and text. Wait with the lookup until the request itself can no
 * longer arrive: a POST still on its way is not in Twilio's list.
 */
export function twilioChannel(options: TwilioChannelOptions): Channel {
  const { accountSid, authToken, sender, baseUrl } = options.config;
  const requests = new TwilioRequests(baseUrl, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const { messages } = twilio(accountSid, authToken, { httpClient: requests });

  return {
    name: "sms",
    provider: "twilio",
    atOnce: AT_ONCE,

    async send(message: OutgoingMessage): Promise<SendOutcome> {
      const request = {
        ...sender,
        to: message.to,
        body: smsText(message),
        statusCallback: options.statusCallbackUrl(message.attemptId),
        validityPeriod: validitySeconds(message.now, message.sendUntil),
        // Said outright, since a messaging service may have it on: the text arrives as it was
        // rendered and counted, and a lookup finds it again.
        smartEncoded: false,
      };
      try {
        const { sid } = await messages.create(request);
        if (sid) return { kind: "sent", providerId: sid, delivered: false };
      } catch (error) {
        if (error instanceof TwilioRequestError) return outcomeOfTwilioFailure(error.failure);
      }
      // A success that cannot be read: the message was probably taken.
      return { kind: "unknown", code: "unreadable", detail: "Twilio's answer cannot be read" };
    },

    async lookup({ to, text, notThese }: SentMessage, since: Date): Promise<LookupOutcome> {
      const earliest = since.getTime() - CLOCK_SKEW_MS;
      try {
        // Not filtered by DateSent, which a message still in Twilio's queue does not have.
        const list = await messages.list({
          to,
          ...("from" in sender ? { from: sender.from } : {}),
          limit: LOOKUP_LIMIT,
          // All on one page: a lookup is one request, and ends in the time of one.
          pageSize: LOOKUP_LIMIT,
        });
        const recent = list.filter((listed) => listed.dateCreated.getTime() >= earliest);
        const taken = recent.find(
          ({ direction, body, sid }) =>
            direction === "outbound-api" && body === text && !notThese.includes(sid),
        );
        if (taken) return { kind: "found", providerId: taken.sid };
        if (recent.length < LOOKUP_LIMIT) return { kind: "absent" };
        return { kind: "no_answer", detail: "too many messages to this number to look through" };
      } catch (error) {
        return { kind: "no_answer", detail: lookupFault(error) };
      }
    },

    close() {
      requests.close();
      return Promise.resolve();
    },
  };
}

function smsText(message: OutgoingMessage): string {
  if (message.content.channel !== "sms") throw new TypeError("only SMS goes through Twilio");
  return message.content.text;
}

/**
 * How long Twilio may keep the message in its queue: until it would come too late, so that a text
 * never wakes a patient at night because a sender was busy. Whole seconds, within the 1 to 36,000
 * that the Messages API takes (parameter ValidityPeriod at
 * https://www.twilio.com/docs/messaging/api/message-resource, and error 21624).
 */
function validitySeconds(now: Date, until: Date): number {
  const seconds = Math.floor((until.getTime() - now.getTime()) / 1000);
  return Math.min(Math.max(seconds, 1), 36_000);
}

function lookupFault(error: unknown): string {
  if (!(error instanceof TwilioRequestError)) return "Twilio's list cannot be read";
  const { failure } = error;
  return failure.kind === "refused"
    ? `Twilio refused to list messages (${failure.code ?? `http_${failure.status}`})`
    : `Twilio did not answer (${failure.code})`;
}
