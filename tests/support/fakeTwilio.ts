import { randomInt, randomUUID } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type CallbackResult, type CallbackRoute, callbackPoster } from "./fakeTwilioCallbacks.ts";
import { createFaults, type FaultTarget } from "./fakeTwilioFaults.ts";
import {
  changeStatus,
  type MessageStatus,
  messagePage,
  messageResource,
  type TakenMessage,
  takeMessage,
} from "./fakeTwilioMessage.ts";
import {
  faultOfParams,
  isAuthorized,
  readBody,
  sendError,
  sendFault,
  sendJson,
} from "./fakeTwilioReplies.ts";

export interface FakeTwilioOptions {
  accountSid?: string;
  authToken?: string;
  /** How long every answer takes, at random between the two. */
  latencyMs?: readonly [min: number, max: number];
  /** Reports by itself that each message was sent, and then what became of it. */
  autoCallback?: AutoCallback;
  /** The clock of the dates in answers; the machine's without it. */
  now?: () => Date;
}

export interface AutoCallback {
  /** From taking the message to the report "sent", and from that to the last report. */
  afterMs: number;
  /** Of which share of the messages, from 0 to 1, at random; of all without it. */
  share?: number;
  /** What becomes of a message; delivered without it. */
  end?: (message: TakenMessage) => { status: MessageStatus; errorCode?: number };
  /**
   * Posts each of the two reports so many times within `afterMs`, the last one first, and as often
   * a report of an attempt that nobody made.
   */
  repeat?: number;
}

/** A server that answers as Twilio's Messages API does, and fails in every way that is asked. */
export interface FakeTwilio {
  /** The base URL, for TWILIO_BASE_URL. */
  url: string;
  accountSid: string;
  authToken: string;
  /** What makes the program text through it. */
  env: Record<string, string>;
  /** The messages taken, the oldest first. */
  messages: readonly TakenMessage[];
  /** The status callbacks posted, and how they were answered. */
  callbacks: readonly CallbackResult[];
  /** How many sends have come in, taken or not. */
  sends(): number;
  /** How many requests have come in and wait for their answer. */
  underWay(): number;
  /** Answers with an error of Twilio's; for ever, unless `times` is given. */
  refuse(
    rule: FaultTarget & { status: number; code: number; message?: string; times?: number },
  ): void;
  rateLimit(times?: number, retryAfterSeconds?: number | null, target?: FaultTarget): void;
  /** Answers 429 to what is more than so many sends within a second of its clock. */
  throttle(perSecond: number): void;
  /** Answers with a gateway's page in HTML; nothing is taken. */
  html(status: number, times?: number, target?: FaultTarget): void;
  html500(times?: number, target?: FaultTarget): void;
  /** Takes the message, then answers with a gateway's page in HTML. */
  acceptThenHtml(status: number, times?: number, target?: FaultTarget): void;
  /** Takes the message, then cuts the connection. */
  acceptThenDrop(times?: number, target?: FaultTarget): void;
  /** Cuts the connection; nothing is taken. */
  drop(times?: number, target?: FaultTarget): void;
  /** Takes the message, then never answers. */
  acceptThenHang(times?: number, target?: FaultTarget): void;
  /** Never answers; nothing is taken. */
  hang(times?: number, target?: FaultTarget): void;
  /** Forgets the faults that are not used up, and the latency. */
  heal(): void;
  /** Makes every answer take this long from now on. */
  delay(ms: number | readonly [min: number, max: number]): void;
  autoCallback(plan: AutoCallback | null): void;
  /** Posts callbacks for `publicUrl` to `localUrl`; the signature is made over the public one. */
  routeCallbacks(route: CallbackRoute): void;
  /** Changes a message's status and posts the callback; null where it asked for none. */
  callback(sid: string, status: MessageStatus, errorCode?: number): Promise<CallbackResult | null>;
  /** Cuts every connection, ends every timer and stops. */
  close(): Promise<void>;
}

/** The number that texts come from. */
export const SENDER = "+12125550100";

type Params = Record<string, string>;

export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const accountSid = options.accountSid ?? `AC${"0123456789abcdef".repeat(2)}`;
  const authToken = options.authToken ?? "fedcba9876543210fedcba9876543210";
  const now = () => (options.now?.() ?? new Date()).getTime();
  const messages: TakenMessage[] = [];
  const bySid = new Map<string, TakenMessage>();
  const byNumber = new Map<string, TakenMessage[]>();
  const faults = createFaults(now);
  const poster = callbackPoster({ sid: accountSid, authToken });
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let latency = options.latencyMs ?? ([0, 0] as const);
  let autoCallback = options.autoCallback ?? null;
  let sends = 0;
  let underWay = 0;

  const server = http.createServer((request, response) => {
    underWay += 1;
    response.once("close", () => {
      underWay -= 1;
    });
    answer(request, response).catch(() => response.destroy());
  });
  // Longer than any test: a client must never meet a kept connection in the act of closing.
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    const form = await readBody(request);
    const [min, max] = latency;
    if (max > 0) await wait(min + randomInt(max - min + 1), undefined, { signal: closing.signal });

    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    if (!isAuthorized(request, accountSid, authToken)) {
      return sendError(response, 401, 20003, "Authenticate");
    }
    const path = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/.exec(pathname);
    if (!path || path[1] !== accountSid) return sendError(response, 404, 20404, "not found");

    if (request.method === "POST" && path[2] === undefined) {
      sends += 1;
      const params = Object.fromEntries(new URLSearchParams(form));
      const contentType = request.headers["content-type"] ?? "";
      return answerSend(response, params, contentType);
    }
    if (request.method === "GET") return answerRead(response, path[2], searchParams);
    return sendError(response, 405, 20004, "Method not allowed");
  }

  function answerSend(response: http.ServerResponse, params: Params, contentType: string) {
    const invalid = faultOfParams(params);
    if (invalid) return sendError(response, 400, invalid.code, invalid.message);
    const fault = faults.take("send", params);
    if (fault) {
      if ("keep" in fault && fault.keep) take(params, contentType);
      return sendFault(response, fault);
    }
    sendJson(response, 201, messageResource(take(params, contentType), accountSid));
  }

  function answerRead(
    response: http.ServerResponse,
    sid: string | undefined,
    query: URLSearchParams,
  ) {
    const fault = faults.take("read", Object.fromEntries(query));
    if (fault) return sendFault(response, fault);
    if (sid === undefined) {
      const to = query.get("To");
      const taken = to === null ? messages : (byNumber.get(to) ?? []);
      return sendJson(response, 200, messagePage(taken.toReversed(), query, accountSid));
    }
    const message = bySid.get(sid);
    if (!message) return sendError(response, 404, 20404, "not found");
    return sendJson(response, 200, messageResource(message, accountSid));
  }

  function take(params: Params, contentType: string) {
    const message = takeMessage(params, { user: accountSid, contentType, at: now() });
    messages.push(message);
    bySid.set(message.sid, message);
    const sameNumber = byNumber.get(params.To ?? "");
    if (sameNumber) sameNumber.push(message);
    else byNumber.set(params.To ?? "", [message]);
    if (autoCallback && Math.random() < (autoCallback.share ?? 1)) report(message, autoCallback);
    return message;
  }

  function report(message: TakenMessage, plan: AutoCallback) {
    const end = plan.end?.(message) ?? { status: "delivered" as const };
    if (plan.repeat !== undefined)
      return reportOften(message, end.status, plan.repeat, plan.afterMs);
    later(plan.afterMs, async () => {
      if (end.status !== "failed") await change(message, "sent", null);
      later(plan.afterMs, () => change(message, end.status, end.errorCode ?? null));
    });
  }

  function reportOften(message: TakenMessage, end: MessageStatus, times: number, withinMs: number) {
    changeStatus(message, end, null, now());
    const posts = Array.from({ length: times }, () => [
      () => poster.post({ ...message, status: "sent" }),
      () => poster.post({ ...message, status: end }),
      () => poster.post({ ...message, status: end }, randomUUID()),
    ]).flat();
    later(0, () => poster.post({ ...message, status: end }));
    for (const post of posts) later(1 + randomInt(withinMs), post);
  }

  function change(message: TakenMessage, status: MessageStatus, errorCode: number | null) {
    changeStatus(message, status, errorCode, now());
    return poster.post(message);
  }

  function later(ms: number, act: () => Promise<unknown>) {
    if (closing.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void act();
    }, ms);
    timers.add(timer);
  }

  const html: FakeTwilio["html"] = (status, times = 1, target = {}) =>
    faults.add({ do: "html", status, keep: false }, times, target);

  return {
    url,
    accountSid,
    authToken,
    env: {
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_FROM: SENDER,
      TWILIO_BASE_URL: url,
    },
    messages,
    callbacks: poster.results,
    sends: () => sends,
    underWay: () => underWay,
    refuse({ status, code, message = "refused by the test", times = Infinity, ...target }) {
      faults.add({ do: "refuse", status, code, message, retryAfter: null }, times, target);
    },
    rateLimit(times = 1, retryAfter = 1, target = {}) {
      const message = "Too Many Requests";
      faults.add({ do: "refuse", status: 429, code: 20429, message, retryAfter }, times, target);
    },
    throttle: (perSecond) => faults.throttle(perSecond),
    html,
    html500: (times, target) => html(500, times, target),
    acceptThenHtml: (status, times = 1, target = {}) =>
      faults.add({ do: "html", status, keep: true }, times, target),
    acceptThenDrop: (times = 1, target = {}) =>
      faults.add({ do: "cut", keep: true }, times, target),
    drop: (times = 1, target = {}) => faults.add({ do: "cut", keep: false }, times, target),
    acceptThenHang: (times = 1, target = {}) =>
      faults.add({ do: "hang", keep: true }, times, target),
    hang: (times = 1, target = {}) => faults.add({ do: "hang", keep: false }, times, target),
    heal() {
      faults.clear();
      latency = [0, 0];
    },
    delay(ms) {
      latency = typeof ms === "number" ? [ms, ms] : ms;
    },
    autoCallback(plan) {
      autoCallback = plan;
    },
    routeCallbacks: (route) => poster.route(route),
    async callback(sid, status, errorCode) {
      const message = bySid.get(sid);
      if (!message) throw new Error("the fake took no such message");
      return change(message, status, errorCode ?? null);
    },
    async close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
      poster.close();
      server.closeAllConnections();
      if (server.listening) await new Promise((closed) => server.close(closed));
    },
  };
}
