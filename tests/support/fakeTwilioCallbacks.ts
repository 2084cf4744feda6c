import { setMaxListeners } from "node:events";
import http from "node:http";
import https from "node:https";
import twilio from "twilio";
import type { MessageStatus, TakenMessage } from "./fakeTwilioMessage.ts";

/** A status callback that was posted, and the answer to it: null where none came. */
export interface CallbackResult {
  sid: string;
  /** The address that it was for, before any route. */
  url: string;
  status: MessageStatus;
  errorCode: number | null;
  httpStatus: number | null;
}

/** Callbacks go to `localUrl` in place of `publicUrl`, which is what the signature is made over. */
export interface CallbackRoute {
  publicUrl: string;
  localUrl: string;
}

export interface CallbackPoster {
  results: CallbackResult[];
  route(route: CallbackRoute): void;
  /**
   * Posts the message's present status; resolves null where the sender asked for no callbacks.
   * `attemptId` is put in place of the last part of the callback's address.
   */
  post(message: TakenMessage, attemptId?: string): Promise<CallbackResult | null>;
  close(): void;
}

const TIMEOUT_MS = 15_000;

/**
 * Posts status callbacks as Twilio does: form-encoded, with an X-Twilio-Signature.
 * https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
 */
export function callbackPoster(account: { sid: string; authToken: string }): CallbackPoster {
  const results: CallbackResult[] = [];
  const routes: CallbackRoute[] = [];
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: 32 }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: 32 }),
  };

  function target(callbackUrl: string): URL {
    const route = routes.find(({ publicUrl }) => callbackUrl.startsWith(publicUrl));
    return new URL(
      route ? route.localUrl + callbackUrl.slice(route.publicUrl.length) : callbackUrl,
    );
  }

  function request(url: URL, form: string, signature: string): Promise<number | null> {
    const secure = url.protocol === "https:";
    return new Promise((resolve) => {
      const sent = (secure ? https : http).request(
        url,
        {
          method: "POST",
          agent: agents[secure ? "https:" : "http:"],
          timeout: TIMEOUT_MS,
          signal: closing.signal,
          headers: {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "Content-Length": Buffer.byteLength(form),
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
          },
        },
        (answer) => {
          answer.resume();
          answer.once("close", () => resolve(answer.statusCode ?? null));
        },
      );
      sent.once("timeout", () => sent.destroy());
      sent.once("error", () => resolve(null));
      sent.end(form);
    });
  }

  return {
    results,
    route: (route) => void routes.unshift(route),

    async post(message, attemptId) {
      const asked = message.params.StatusCallback;
      if (asked === undefined) return null;
      const callbackUrl = attemptId ? asked.replace(/[^/]*$/, attemptId) : asked;
      const { sid, status, errorCode } = message;
      const params = callbackParams(message, account.sid);
      const signature = twilio.getExpectedTwilioSignature(account.authToken, callbackUrl, params);
      const form = new URLSearchParams(params).toString();
      const httpStatus = await request(target(callbackUrl), form, signature);
      const result = { sid, url: callbackUrl, status, errorCode, httpStatus };
      results.push(result);
      return result;
    },

    close() {
      closing.abort();
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

function callbackParams(message: TakenMessage, accountSid: string): Record<string, string> {
  const { sid, status, errorCode, params } = message;
  return {
    AccountSid: accountSid,
    ApiVersion: "2010-04-01",
    From: params.From ?? "+15005550006",
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: params.To ?? "",
    ...(params.MessagingServiceSid ? { MessagingServiceSid: params.MessagingServiceSid } : {}),
    ...(errorCode === null ? {} : { ErrorCode: String(errorCode) }),
  };
}
