import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import { validTwilioRequest } from "../../../src/channels/twilioSignature.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { outgoingSms } from "./outgoing.ts";

const PUBLIC_URL = "https://care.example.test";

/** A webhook as it came in, before anybody has checked it. */
interface Callback {
  path: string;
  signature: string | undefined;
  contentType: string | undefined;
  params: Record<string, string>;
}

let fake: FakeTwilio;
let received: Callback[];
let receiver: http.Server;

beforeEach(async () => {
  received = [];
  receiver = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "",
        signature: request.headers["x-twilio-signature"]?.toString(),
        contentType: request.headers["content-type"],
        params: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      });
      response.writeHead(204).end();
    });
  });
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  fake = await startFakeTwilio();
  const { port } = receiver.address() as AddressInfo;
  fake.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: `http://127.0.0.1:${port}` });
});

afterEach(async () => {
  await fake.close();
  receiver.closeAllConnections();
  await new Promise((closed) => receiver.close(closed));
});

/** Sends one text with the callback at `path`, and returns Twilio's id of it. */
async function send(path: string): Promise<string> {
  const { accountSid, authToken, url: baseUrl } = fake;
  const channel = twilioChannel({
    config: { accountSid, authToken, sender: { from: "+12125550100" }, baseUrl },
    statusCallbackUrl: (id) => `${PUBLIC_URL}${path}${id}`,
  });
  const outcome = await channel.send(outgoingSms());
  await channel.close();
  if (outcome.kind !== "sent") throw new Error("the fake did not take the message");
  return outcome.providerId;
}

function onlyCallback(): Callback {
  const [callback] = received;
  if (!callback || received.length !== 1) throw new Error("not one callback came");
  return callback;
}

function isValid(callback: Callback, changes: Partial<Callback> = {}, base = PUBLIC_URL): boolean {
  const { path, signature, params } = { ...callback, ...changes };
  return validTwilioRequest(fake.authToken, signature, base + path, params);
}

describe("a status callback", () => {
  it("comes to the attempt's address, form-encoded and signed", async () => {
    const sid = await send("/webhooks/twilio/status/");
    expect(await fake.callback(sid, "undelivered", 30003)).toMatchObject({ httpStatus: 204 });

    const callback = onlyCallback();
    expect(callback.path).toMatch(/^\/webhooks\/twilio\/status\/[0-9a-f-]{36}$/);
    expect(callback.contentType).toContain("application/x-www-form-urlencoded");
    expect(callback.params).toMatchObject({
      MessageSid: sid,
      MessageStatus: "undelivered",
      ErrorCode: "30003",
      AccountSid: fake.accountSid,
    });
    expect(isValid(callback)).toBe(true);
  });

  it("is refused once anything of it was changed", async () => {
    const sid = await send("/webhooks/twilio/status/");
    await fake.callback(sid, "undelivered", 30003);
    const callback = onlyCallback();
    const { params, path } = callback;

    expect(isValid(callback, { params: { ...params, MessageStatus: "delivered" } })).toBe(false);
    expect(isValid(callback, { params: { ...params, Added: "1" } })).toBe(false);
    expect(isValid(callback, { path: `${path}0` })).toBe(false);
    expect(isValid(callback, {}, "https://other.example.test")).toBe(false);
    expect(isValid(callback, { signature: "" })).toBe(false);
    expect(isValid(callback, { signature: "bm90IGEgc2lnbmF0dXJl" })).toBe(false);
    const { signature } = callback;
    expect(validTwilioRequest("another token", signature, PUBLIC_URL + path, params)).toBe(false);
    expect(validTwilioRequest(fake.authToken, undefined, PUBLIC_URL + path, params)).toBe(false);
  });

  it("is valid with fields that nobody knows yet, and with a query in its address", async () => {
    const sid = await send("/status?clinic=a%20b&attempt=");
    await fake.callback(sid, "delivered");
    expect(isValid(onlyCallback())).toBe(true);
  });
});

describe("the fake's reports", () => {
  it("come by themselves: sent, then what became of the message", async () => {
    fake.autoCallback({
      afterMs: 5,
      end: ({ params }) =>
        params.Body?.includes("bad")
          ? { status: "undelivered", errorCode: 30005 }
          : { status: "delivered" },
    });
    const sid = await send("/status/");
    await vi.waitFor(() => expect(fake.callbacks).toHaveLength(2), { timeout: 5_000 });
    expect(fake.callbacks.map(({ status }) => status)).toEqual(["sent", "delivered"]);
    expect(received.every((callback) => isValid(callback))).toBe(true);

    const auth = Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString("base64");
    const resource = await fetch(
      `${fake.url}/2010-04-01/Accounts/${fake.accountSid}/Messages/${sid}.json`,
      { headers: { Authorization: `Basic ${auth}` } },
    );
    expect(await resource.json()).toMatchObject({ sid, status: "delivered", error_code: null });
  });

  it("are counted as unanswered where nobody listens", async () => {
    const sid = await send("/status/");
    receiver.closeAllConnections();
    await new Promise((closed) => receiver.close(closed));
    expect(await fake.callback(sid, "delivered")).toMatchObject({ httpStatus: null });
  });

  it("end with the fake", async () => {
    fake.autoCallback({ afterMs: 60_000 });
    await send("/status/");
    await fake.close();
    expect(fake.callbacks).toHaveLength(0);
  });
});
