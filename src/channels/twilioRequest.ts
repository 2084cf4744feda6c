import http from "node:http";
import https from "node:https";
import twilio from "twilio";

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
 * The SDK's HTTP client, pointed at another base URL and made safe: the SDK lets axios errors
 * through, and those carry the credentials, the number and the text. Here every failure becomes
 * a TwilioRequestError before anybody can log it.
 */
export class TwilioRequests extends twilio.RequestClient {
  private readonly baseUrl: string;
  private readonly agents: readonly http.Agent[];
  /** The connections that are not up yet: no byte of a request has gone out on one of these. */
  private readonly connecting = new WeakSet<object>();

  /** `baseUrl` has no slash at its end; a request without a whole reply after `timeoutMs` fails. */
  constructor(baseUrl: string, timeoutMs: number) {
    // No limit on sockets: the worker's concurrency is the limit, and a request that waited here
    // would spend its time in a queue of the SDK's.
    super({ timeout: timeoutMs, keepAlive: true, maxSockets: Infinity, maxTotalSockets: Infinity });
    this.baseUrl = baseUrl;
    const plain = new http.Agent({ keepAlive: true, timeout: timeoutMs });
    const secure: unknown = this.axios.defaults.httpsAgent;
    this.axios.defaults.httpAgent = plain;
    this.watchConnecting(plain, "connect");
    // With HTTP_PROXY set, the SDK puts a proxy's agent here; that one is left as it is.
    if (secure instanceof https.Agent) this.watchConnecting(secure, "secureConnect");
    this.agents = secure instanceof https.Agent ? [plain, secure] : [plain];
  }

  /** Sends one request, once. Throws TwilioRequestError on any reply that is not 2xx, and on none. */
  override async request<TData>(options: RequestOptions<TData>): Promise<Reply<TData>> {
    const { pathname, search } = new URL(options.uri);
    let reply: Reply<TData>;
    try {
      reply = await super.request<TData>({ ...options, uri: this.baseUrl + pathname + search });
    } catch (error) {
      throw new TwilioRequestError(this.networkFailure(error));
    } finally {
      // The SDK keeps the last request, number and text included, on the client for debugging.
      delete this.lastRequest;
      delete this.lastResponse;
    }
    if (reply.statusCode < 200 || reply.statusCode > 299) {
      throw new TwilioRequestError({
        kind: "refused",
        status: reply.statusCode,
        code: twilioCode(reply.body),
        retryAfterMs: retryAfterMs(reply.headers),
      });
    }
    return reply;
  }

  /** Closes the connections that were kept. A request that still waits on one fails. */
  close(): void {
    for (const agent of this.agents) agent.destroy();
  }

  private watchConnecting(agent: http.Agent, upEvent: "connect" | "secureConnect"): void {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const socket = connect(options, callback);
      if (socket) {
        this.connecting.add(socket);
        socket.once(upEvent, () => this.connecting.delete(socket));
      }
      return socket;
    };
  }

  /**
   * Whether Twilio can have seen the request is decided by the connection and not by the error's
   * code: a timeout or a reset means one thing during the TLS handshake and another after it.
   */
  private networkFailure(error: unknown): TwilioFailure {
    const { code: given, request } = error as { code?: unknown; request?: unknown };
    const code = typeof given === "string" ? given : "no_code";
    if (!(request instanceof http.ClientRequest)) return { kind: "unanswered", code };
    const { socket } = request;
    const left = socket !== null && !this.connecting.has(socket);
    return { kind: left ? "unanswered" : "unreached", code };
  }
}

function twilioCode(body: unknown): number | null {
  if (typeof body !== "object" || body === null || !("code" in body)) return null;
  return typeof body.code === "number" ? body.code : null;
}

/** Retry-After in its form of whole seconds (RFC 9110, section 10.2.3); null for any other. */
function retryAfterMs(headers: unknown): number | null {
  const value = (headers as Record<string, unknown>)["retry-after"];
  return typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : null;
}
