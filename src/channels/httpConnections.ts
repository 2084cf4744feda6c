import http from "node:http";
import https from "node:https";

/** One request; its path is absolute, with the query in it. */
export interface HttpRequest {
  method: string;
  path: string;
  headers: http.OutgoingHttpHeaders;
  /** User and password of HTTP's basic authentication, with a colon between them. */
  auth: string;
  body?: string | undefined;
}

/** A whole reply, whatever its status; the body is read as UTF-8. */
export interface HttpReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** No whole reply came. Holds nothing of the request, so that it may be logged. */
export class NoReplyError extends Error {
  override readonly name = "NoReplyError";
  readonly code: string;
  /** Whether the server can have seen the request, or a part of it. */
  readonly left: boolean;

  constructor(code: string, left: boolean) {
    super(`no whole reply: ${code}`);
    this.code = code;
    this.left = left;
  }
}

/** Room for Twilio's longest list: a thousand messages of 1,600 characters, which JSON may escape. */
const LONGEST_REPLY = 16 * 2 ** 20;

/**
 * Connections to one server, which are kept between requests. Each request goes out once, and no
 * redirect is followed. It is Node's own client and nothing more: a worker does little else than this.
 */
export class HttpConnections {
  private readonly server: http.RequestOptions;
  private readonly prefix: string;
  private readonly request: typeof http.request;
  private readonly agent: http.Agent;
  private readonly timeoutMs: number;
  /** The connections that are not up yet: no byte of a request has gone out on one of these. */
  private readonly connecting = new WeakSet<object>();

  /**
   * `baseUrl` has no slash at its end; what it has of a path goes before each request's.
   * `agent` connects, securely where the URL says so. A request without a whole reply after
   * `timeoutMs` fails.
   */
  constructor(baseUrl: string, agent: http.Agent, timeoutMs: number) {
    const { protocol, hostname, port, pathname } = new URL(baseUrl);
    // An IPv6 address is in brackets in a URL, and nowhere else.
    this.server = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port };
    this.prefix = pathname.replace(/\/$/, "");
    this.request = protocol === "https:" ? https.request : http.request;
    this.agent = agent;
    this.timeoutMs = timeoutMs;
    this.watchConnecting(protocol === "https:" ? "secureConnect" : "connect");
  }

  /** Sends one request and waits for the whole reply. Throws NoReplyError where none comes. */
  exchange({ path, body, ...rest }: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const { server, agent } = this;
      const request = this.request({ ...server, ...rest, agent, path: this.prefix + path });
      const fail = ({ code = "no_code" }: { code?: string | undefined }) => {
        clearTimeout(timer);
        reject(new NoReplyError(code, this.hasLeft(request)));
      };
      // Says so itself: a request that has no connection yet emits nothing when it is destroyed.
      const giveUp = (code: string) => {
        fail({ code });
        request.destroy();
      };
      // Of the exchange as a whole: a socket's own timeout begins anew with each byte.
      const timer = setTimeout(giveUp, this.timeoutMs, "ECONNABORTED");
      request.on("error", fail);
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
          if (text.length > LONGEST_REPLY) giveUp("too_long");
        });
        response.on("error", fail);
        response.once("end", () => {
          clearTimeout(timer);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: text });
        });
      });
      request.end(body);
    });
  }

  /** Closes the connections. A request that still waits on one fails. */
  close(): void {
    this.agent.destroy();
  }

  private watchConnecting(upEvent: "connect" | "secureConnect"): void {
    const { agent } = this;
    // A proxy's agent connects in a way of its own; it is left as it is.
    if (!(agent instanceof http.Agent)) return;
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
   * Decided by the connection and not by an error's code: a timeout or a reset means one thing
   * during the TLS handshake and another after it.
   */
  private hasLeft({ socket }: http.ClientRequest): boolean {
    return socket !== null && !this.connecting.has(socket);
  }
}
