import { EventEmitter, once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { NUMBER, outgoingSms, SECRET_TEXT } from "./outgoing.ts";
import {
  CERTIFICATE_FILE,
  type Listening,
  listen,
  listenAsProxy,
  listenPlainly,
  listenSecurely,
  taken,
} from "./servers.ts";

const AUTH_TOKEN = "fedcba9876543210fedcba9876543210";

const atEnd: (() => Promise<void>)[] = [];

function closed<Server extends { close(): Promise<void> }>(server: Server): Server {
  atEnd.push(() => server.close());
  return server;
}

function open(baseUrl: string, timeoutMs = 5_000): Channel {
  const accountSid = `AC${"0123456789abcdef".repeat(2)}`;
  return closed(
    twilioChannel({
      config: { accountSid, authToken: AUTH_TOKEN, sender: { from: "+12125550100" }, baseUrl },
      statusCallbackUrl: (id) => `https://care.example.test/webhooks/twilio/status/${id}`,
      timeoutMs,
    }),
  );
}

const plain = ({ port }: Listening) => `http://127.0.0.1:${port}`;
const secure = ({ port }: Listening) => `https://127.0.0.1:${port}`;

/** Sends once, and checks that the outcome tells nothing private. */
async function send(channel: Channel): Promise<SendOutcome> {
  const outcome = await channel.send(outgoingSms());
  const told = JSON.stringify(outcome);
  for (const secret of [NUMBER.slice(2), SECRET_TEXT, AUTH_TOKEN]) {
    expect(told).not.toContain(secret);
  }
  return outcome;
}

const sendMany = (channel: Channel, many: number) =>
  Promise.all(Array.from({ length: many }, () => send(channel)));

afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
  vi.unstubAllEnvs();
});

describe("connections to Twilio", () => {
  it.each([
    ["plain", listenPlainly, plain],
    ["with TLS", listenSecurely, secure],
  ])("are kept, however many there were at once: %s", async (_name, start, urlOf) => {
    vi.stubEnv("TWILIO_CA_BUNDLE", CERTIFICATE_FILE);
    // Answers when twenty have come in, so that each of them has a connection of its own.
    let answers: (() => void)[] = [];
    const server = closed(
      await start((request, response) => {
        answers.push(() => taken(request, response));
        if (answers.length < 20) return;
        for (const answer of answers) answer();
        answers = [];
      }),
    );
    const channel = open(urlOf(server));
    for (let round = 0; round < 3; round += 1) {
      const outcomes = await sendMany(channel, 20);
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["sent"]));
    }
    expect(server.connections()).toBe(20);
  });

  it("may be reset as the next request goes out: then nobody knows", async () => {
    let requests = 0;
    const server = closed(
      await listenPlainly((request, response) => {
        requests += 1;
        if (requests === 1) taken(request, response);
        else request.socket.resetAndDestroy();
      }),
    );
    const channel = open(plain(server));
    expect(await send(channel)).toMatchObject({ kind: "sent" });
    expect(await send(channel)).toMatchObject({ kind: "unknown", code: "ECONNRESET" });
    expect(server.connections()).toBe(1);
    expect(requests).toBe(2);
  });

  it("fail those that wait, when the channel is closed", async () => {
    const waiting = new EventEmitter();
    const server = closed(await listenPlainly(() => waiting.emit("request")));
    const channel = open(plain(server));
    const came = once(waiting, "request");
    const outcome = send(channel);
    await came;
    await channel.close();
    expect(await outcome).toMatchObject({ kind: "unknown" });
  });
});

describe("a reply that is not whole", () => {
  it("is given up when its time is over, though its bytes keep coming", async () => {
    const server = closed(
      await listenPlainly((_request, response) => {
        response.writeHead(201, { "Content-Type": "application/json" });
        const timer = setInterval(() => response.write(" "), 20);
        response.once("close", () => clearInterval(timer));
      }),
    );
    const outcome = await send(open(plain(server), 500));
    expect(outcome).toMatchObject({ kind: "unknown", code: "ECONNABORTED" });
  });

  it("is given up when it is longer than any of Twilio's", async () => {
    const part = "x".repeat(2 ** 20);
    const server = closed(
      await listenPlainly((_request, response) => {
        response.writeHead(201);
        const more = () => {
          while (response.write(part));
        };
        response.on("drain", more);
        more();
      }),
    );
    const outcome = await send(open(plain(server)));
    expect(outcome).toMatchObject({ kind: "unknown", code: "too_long" });
  });

  it.each([
    ["is cut in its body", "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"],
    ["is cut in its head", "HTTP/1.1 201 Cre"],
    ["is no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
  ])("leaves the message unknown: it %s", async (_name, reply) => {
    const server = net.createServer((socket) => socket.once("data", () => socket.end(reply)));
    const outcome = await send(open(plain(closed(await listen(server)))));
    expect(outcome.kind).toBe("unknown");
  });
});

describe("over TLS", () => {
  it("nothing leaves for a server whose certificate is not trusted", async () => {
    let requests = 0;
    const server = closed(await listenSecurely(() => (requests += 1)));
    const outcome = await send(open(secure(server)));
    expect(outcome).toMatchObject({ kind: "transient", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(requests).toBe(0);
  });

  it("what was cut after the handshake is unknown", async () => {
    vi.stubEnv("TWILIO_CA_BUNDLE", CERTIFICATE_FILE);
    const server = closed(await listenSecurely((request) => request.socket.destroy()));
    expect(await send(open(secure(server)))).toMatchObject({ kind: "unknown", code: "ECONNRESET" });
  });
});

describe("through the proxy of HTTP_PROXY", () => {
  it("texts arrive in a tunnel that the proxy cannot look into", async () => {
    const proxy = closed(await listenAsProxy());
    const server = closed(await listenSecurely(taken));
    vi.stubEnv("HTTP_PROXY", plain(proxy));
    // Through a proxy the SDK trusts only what Node itself was started to trust.
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await send(open(secure(server)))).toMatchObject({ kind: "sent" });
    expect(proxy.heard()).toMatch(/^CONNECT 127\.0\.0\.1:\d+ HTTP\/1\.1\r\n/);
    expect(proxy.heard()).not.toMatch(/POST|Authorization/i);
  });

  it.each([403, 407, 502])("nothing leaves where it answers %i", async (status) => {
    const refusal = `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`;
    const proxy = closed(await listenAsProxy(refusal));
    vi.stubEnv("HTTP_PROXY", plain(proxy));
    const outcome = await send(open("https://twilio.invalid"));
    expect(outcome).toMatchObject({ code: `http_${status}` });
    expect(proxy.heard()).not.toMatch(/POST|Authorization/i);
  });

  it("nothing leaves where the proxy is away, or silent", async () => {
    const proxy = closed(await listenAsProxy(""));
    vi.stubEnv("HTTP_PROXY", plain(proxy));
    const silent = await send(open("https://twilio.invalid", 300));
    expect(silent).toMatchObject({ kind: "transient", code: "ECONNABORTED" });
    const gone = await listenAsProxy();
    await gone.close();
    vi.stubEnv("HTTP_PROXY", plain(gone));
    const refused = await send(open("https://twilio.invalid"));
    expect(refused).toMatchObject({ kind: "transient", code: "ECONNREFUSED" });
  });
});
