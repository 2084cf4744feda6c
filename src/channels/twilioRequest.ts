import http from "node:http";
import twilio from "twilio";
import {
  HttpConnections,
  type HttpReply,
  type HttpRequest,
  NoReplyError,
} from "./httpConnections.ts";

/** How one request to Twilio failed. Holds no header, number or text, so that it may be logged. */
export type TwilioFailure =
  /** A reply came, and it was no success. `code` is Twilio's own, null in a reply not Twilio's. */
  | { kind: "refused"; status: number; code: number | null; retryAfterMs: number | null }
  /** The request never left: no address, no connection, no TLS. */
  | { kind: "unreached"; code: string }
  /** The request left, or may have, and no whole reply came back. */
  | { kind: "unanswered"; code: string };

/** The only error that a TwilioRequests client throws. */
export class TwilioRequestError extends Error {
  override readonly name = "TwilioRequestError";
  readonly failure: TwilioFailure;

  constructor(failure: TwilioFailure) {
    super(`a request to Twilio was ${failure.kind} (${failure.code ?? "no code"})`);
    this.failure = failure;
  }
}

type RequestOptions<TData> = Parameters<typeof twilio.RequestClient.prototype.request<TData>>[0];
type Reply<TData> = { statusCode: number; body: TData; headers: unknown };

/**
 * The SDK's HTTP client, pointed at another base URL and made safe and cheap. The SDK's own lets
 * axios errors through, which carry the credentials, the number and the text; and axios costs more
 * CPU than all else that a text does. The SDK still makes the requests and reads the replies.
 * https://github.com/twilio/twilio-node/blob/main/advanced-examples/custom-http-client.md
 */
export class TwilioRequests extends twilio.RequestClient {
  private readonly connections: HttpConnections;

  /** `baseUrl` has no slash at its end; a request without a whole reply after `timeoutMs` fails. */
  constructor(baseUrl: string, timeoutMs: number) {
    // No limit on sockets: the worker's concurrency is the limit, and a request that waited here
    // would spend its time in a queue of the agent's. All of them are kept, since a handshake
    // costs more than a request; the SDK would keep five.
    const limits = { maxSockets: Infinity, maxTotalSockets: Infinity, maxFreeSockets: Infinity };
    super({ timeout: timeoutMs, keepAlive: true, ...limits });
    // The SDK's agent for TLS knows HTTP_PROXY and TWILIO_CA_BUNDLE.
    const secure = this.axios.defaults.httpsAgent as http.Agent;
    const plain = new http.Agent({ keepAlive: true, timeout: timeoutMs });
    const agent = baseUrl.startsWith("https:") ? secure : plain;
    this.connections = new HttpConnections(baseUrl, agent, timeoutMs);
  }

  /** Sends one request, once. Throws TwilioRequestError on any reply that is not 2xx, and on none. */
  override async request<TData>(options: RequestOptions<TData>): Promise<Reply<TData>> {
    const { method, uri, headers = {}, username = "", password = "", params, data } = options;
    const query = params ? `?${formOf(params)}` : "";
    const reply = await this.exchange({
      method,
      path: pathOf(uri) + query,
      headers,
      auth: `${username}:${password}`,
      body: data ? formOf(data) : undefined,
    });
    const { status, body } = reply;
    if (status < 200 || status > 299) {
      const code = twilioCode(body);
      const retry = retryAfterMs(reply.headers["retry-after"]);
      throw new TwilioRequestError({ kind: "refused", status, code, retryAfterMs: retry });
    }
    // As text, which the SDK parses.
    return { statusCode: status, body: body as TData, headers: reply.headers };
  }

  /** Closes the connections that were kept. A request that still waits on one fails. */
  close(): void {
    this.connections.close();
  }

  private async exchange(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.connections.exchange(request);
    } catch (error) {
      const { code, left } = error instanceof NoReplyError ? error : UNCLEAR;
      throw new TwilioRequestError({ kind: left ? "unanswered" : "unreached", code });
    }
  }
}

/** Of an error that is none of the connection's: nobody knows what was done. */
const UNCLEAR = { code: "no_code", left: true };

/** What follows the host in an absolute URL. Called for each text; parsing all of it costs more. */
function pathOf(uri: string): string {
  return uri.slice(uri.indexOf("/", uri.indexOf("://") + 3));
}

/** As a form's fields, a list as a field for each of its values. */
function formOf(fields: object): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, String(each));
  }
  return form.toString();
}

function twilioCode(body: string): number | null {
  try {
    const code = (JSON.parse(body) as { code?: unknown } | null)?.code;
    return typeof code === "number" ? code : null;
  } catch {
    return null;
  }
}

/** Retry-After in its form of whole seconds (RFC 9110, section 10.2.3); null for any other. */
function retryAfterMs(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : null;
}
