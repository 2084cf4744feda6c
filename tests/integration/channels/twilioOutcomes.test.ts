import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import { meaningOfTwilioStatus } from "../../../src/channels/twilioOutcome.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { NUMBER, outgoingSms, SECRET_TEXT } from "./outgoing.ts";

let fake: FakeTwilio;
let channel: Channel;

function open(baseUrl: string, timeoutMs = 5_000, authToken = fake.authToken): Channel {
  const { accountSid } = fake;
  return twilioChannel({
    config: { accountSid, authToken, sender: { from: "+12125550100" }, baseUrl },
    statusCallbackUrl: (id) => `https://care.example.test/webhooks/twilio/status/${id}`,
    timeoutMs,
  });
}

/** Sends once through a channel of its own, and checks that the outcome tells nothing private. */
async function sendTo(baseUrl: string, timeoutMs?: number, token?: string): Promise<SendOutcome> {
  const other = open(baseUrl, timeoutMs, token);
  try {
    return await sendDiscreetly(other);
  } finally {
    await other.close();
  }
}

async function sendDiscreetly(through: Channel): Promise<SendOutcome> {
  const outcome = await through.send(outgoingSms());
  const told = JSON.stringify(outcome);
  for (const secret of [NUMBER, NUMBER.slice(2), SECRET_TEXT, "Ana", fake.authToken]) {
    expect(told).not.toContain(secret);
  }
  return outcome;
}

beforeEach(async () => {
  fake = await startFakeTwilio();
  channel = open(fake.url);
});

afterEach(async () => {
  await channel.close();
  await fake.close();
});

describe("an error that Twilio answers", () => {
  const permanent = (reason: string) => ({ kind: "permanent", reason });
  const account = { kind: "accountFault" };
  const later = { kind: "transient", of: "message" };
  const busy = { kind: "rateLimited", retryAfterMs: null };
  const cases: [status: number, code: number, expected: object][] = [
    [400, 21211, permanent("bad_address")],
    [400, 21614, permanent("bad_address")],
    [400, 21635, permanent("bad_address")],
    [400, 30005, permanent("bad_address")],
    [400, 30006, permanent("bad_address")],
    [400, 21610, permanent("opted_out")],
    [403, 21610, permanent("opted_out")],
    [400, 30004, permanent("opted_out")],
    [400, 30007, permanent("filtered")],
    [400, 21617, permanent("refused")],
    [400, 99999, permanent("refused")],
    [403, 10001, account],
    [401, 20003, account],
    [403, 20003, account],
    [403, 21408, account],
    [400, 21606, account],
    [400, 21608, account],
    [400, 21609, account],
    [400, 21659, account],
    [400, 21660, account],
    [400, 30002, account],
    [400, 30024, account],
    [400, 30032, account],
    [400, 30033, account],
    [400, 30034, account],
    [400, 35118, account],
    [404, 20404, account],
    [401, 99999, account],
    [403, 99999, account],
    [400, 30001, later],
    [400, 30003, later],
    [400, 30008, later],
    [400, 30017, later],
    [400, 30036, later],
    [400, 30047, { kind: "quietHours" }],
    [400, 30610, { kind: "quietHours" }],
    [503, 20503, { kind: "transient", of: "provider" }],
    [500, 20500, { kind: "unknown" }],
    [502, 20500, { kind: "unknown" }],
    [400, 20429, busy],
    [429, 63038, busy],
    [400, 63038, account],
    [400, 21611, busy],
    [400, 30022, busy],
    [400, 30023, busy],
    [400, 30027, busy],
  ];

  it.each(cases)("HTTP %i with code %i", async (status, code, expected) => {
    fake.refuse({ status, code, message: `${NUMBER} cannot be sent "${SECRET_TEXT}"` });
    expect(await sendDiscreetly(channel)).toMatchObject({ ...expected, code: String(code) });
    expect(fake.sends()).toBe(1);
  });

  it("says how long to wait, where Twilio does", async () => {
    fake.rateLimit(1, 7);
    fake.rateLimit(1, null);
    const limited = { kind: "rateLimited", code: "20429" };
    expect(await sendDiscreetly(channel)).toMatchObject({ ...limited, retryAfterMs: 7_000 });
    expect(await sendDiscreetly(channel)).toMatchObject({ ...limited, retryAfterMs: null });
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "sent" });
  });

  it("refuses a wrong auth token as a fault of the account's", async () => {
    const outcome = await sendTo(fake.url, 5_000, "not-the-token-at-all");
    expect(outcome).toMatchObject({ kind: "accountFault", code: "20003" });
  });

  it("means the same when it comes with a receipt", () => {
    for (const [, code, expected] of cases) {
      const known = code !== 99999 && code !== 20500 && code !== 20503;
      const failure = known && code !== 63038 ? expected : {};
      const meaning = { status: "undelivered", failure: { ...failure, code: String(code) } };
      expect(meaningOfTwilioStatus("undelivered", String(code))).toMatchObject(meaning);
      expect(meaningOfTwilioStatus("failed", String(code))).toMatchObject(meaning);
    }
  });
});

describe("a status of Twilio's", () => {
  const refused = { kind: "permanent", reason: "refused" };
  it.each([
    ["queued", null],
    ["accepted", null],
    ["sending", null],
    ["a-word-of-next-year", null],
    ["sent", { status: "sent" }],
    ["delivered", { status: "delivered" }],
    ["read", { status: "delivered" }],
    ["undelivered", { status: "undelivered", failure: { ...refused, code: "undelivered" } }],
    ["failed", { status: "undelivered", failure: { ...refused, code: "failed" } }],
  ])("%s without a code", (status, meaning) => {
    expect({ told: meaningOfTwilioStatus(status, null) }).toMatchObject({ told: meaning });
  });
});

describe("an answer that is not Twilio's", () => {
  it.each([500, 502, 503, 504])("leaves an HTML %i unknown", async (status) => {
    fake.html(status);
    expect(await sendDiscreetly(channel)).toMatchObject({
      kind: "unknown",
      code: `http_${status}`,
    });
  });

  it.each([302, 400, 404, 413])(
    "holds nothing of an HTML %i against the message",
    async (status) => {
      fake.html(status);
      const expected = { kind: "transient", code: `http_${status}`, of: "provider" };
      expect(await sendDiscreetly(channel)).toMatchObject(expected);
    },
  );

  it("does not trust a success that it cannot read", async () => {
    fake.html(200);
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "unknown", code: "unreadable" });
  });
});

describe("a connection that fails", () => {
  /** A server that takes connections and says nothing. */
  async function silentServer(): Promise<{ port: number; close(): Promise<void> }> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        for (const socket of sockets) socket.destroy();
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  it("before it was up is transient: refused", async () => {
    const gone = await startFakeTwilio();
    await gone.close();
    expect(await sendTo(gone.url)).toMatchObject({ kind: "transient", code: "ECONNREFUSED" });
  });

  it("before it was up is transient: no such host", async () => {
    expect(await sendTo("http://twilio.invalid")).toMatchObject({ kind: "transient" });
  });

  it("before it was up is transient: TLS that never comes about, or is none", async () => {
    const silent = await silentServer();
    try {
      const outcome = await sendTo(`https://127.0.0.1:${silent.port}`, 300);
      expect(outcome).toMatchObject({ kind: "transient", code: "ECONNABORTED" });
    } finally {
      await silent.close();
    }
    const noTls = await sendTo(fake.url.replace("http:", "https:"));
    expect(noTls).toMatchObject({ kind: "transient" });
    expect(fake.sends()).toBe(0);
  });

  it("after the request was written is unknown: no answer in time", async () => {
    fake.hang();
    const outcome = await sendTo(fake.url, 1_000);
    expect(outcome).toMatchObject({ kind: "unknown", code: "ECONNABORTED" });
    expect(fake.messages).toHaveLength(0);
  });

  it("after the request was written is unknown: cut, taken or not", async () => {
    fake.drop();
    fake.acceptThenDrop();
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "unknown", code: "ECONNRESET" });
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "unknown", code: "ECONNRESET" });
    expect(fake.sends()).toBe(2);
    expect(fake.messages).toHaveLength(1);
  });

  it("on a connection that was kept from an earlier send is unknown too", async () => {
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "sent" });
    fake.acceptThenDrop();
    expect(await sendDiscreetly(channel)).toMatchObject({ kind: "unknown" });
  });
});
