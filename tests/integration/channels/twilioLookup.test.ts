import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import type { TwilioConfig } from "../../../src/config.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { NUMBER, outgoingSms, SECRET_TEXT, sent } from "./outgoing.ts";

const SERVICE = "MG0123456789abcdef0123456789abcdef";

let fake: FakeTwilio;
let channel: Channel;
/** The fake's clock, which tests set. */
let now: Date;

function open(sender: TwilioConfig["sender"], timeoutMs = 5_000): Channel {
  const { accountSid, authToken, url: baseUrl } = fake;
  return twilioChannel({
    config: { accountSid, authToken, sender, baseUrl },
    statusCallbackUrl: (id) => `https://care.example.test/webhooks/twilio/status/${id}`,
    timeoutMs,
  });
}

beforeEach(async () => {
  now = new Date("2026-11-25T20:30:00.900Z");
  fake = await startFakeTwilio({ now: () => now });
  channel = open({ from: "+12125550100" });
});

afterEach(async () => {
  await channel.close();
  await fake.close();
});

describe("a message whose send ended unknown", () => {
  it("is found where Twilio took it", async () => {
    const message = outgoingSms();
    fake.acceptThenDrop();
    expect(await channel.send(message)).toMatchObject({ kind: "unknown" });

    const sid = fake.messages[0]?.sid;
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "found", providerId: sid });
  });

  it("is found whether it still waits at Twilio or was sent", async () => {
    const message = outgoingSms();
    fake.acceptThenHang();
    const hurried = open({ from: "+12125550100" }, 1_000);
    expect(await hurried.send(message)).toMatchObject({ kind: "unknown" });
    await hurried.close();

    const sid = fake.messages[0]?.sid ?? "";
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "found", providerId: sid });
    // Where nobody listens: only the status at Twilio counts here.
    fake.routeCallbacks({ publicUrl: "https://care.example.test", localUrl: "http://127.0.0.1:1" });
    await fake.callback(sid, "delivered");
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "found", providerId: sid });
  });

  it("is found under the sender that a messaging service picked", async () => {
    const service = open({ messagingServiceSid: SERVICE });
    try {
      fake.acceptThenDrop();
      const message = outgoingSms();
      await service.send(message);
      const sid = fake.messages[0]?.sid;
      expect(await service.lookup(sent(message), now)).toEqual({ kind: "found", providerId: sid });
    } finally {
      await service.close();
    }
  });

  it("is found on a later page of many", async () => {
    const message = outgoingSms();
    fake.acceptThenDrop();
    await channel.send(message);
    for (let n = 0; n < 110; n += 1) await channel.send(outgoingSms({ text: `another ${n}` }));
    const sid = fake.messages[0]?.sid;
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "found", providerId: sid });
  });

  it("is not mistaken for an earlier send of the same", async () => {
    const message = outgoingSms();
    await channel.send(message);
    const earlier = fake.messages[0]?.sid ?? "";
    const asked = { ...sent(message), notThese: [earlier] };
    fake.drop();
    expect(await channel.send(message)).toMatchObject({ kind: "unknown" });
    expect(await channel.lookup(asked, now)).toEqual({ kind: "absent" });
    fake.acceptThenDrop();
    expect(await channel.send(message)).toMatchObject({ kind: "unknown" });
    const sid = fake.messages[1]?.sid;
    expect(await channel.lookup(asked, now)).toEqual({ kind: "found", providerId: sid });
  });

  it("is absent where Twilio did not take it", async () => {
    const message = outgoingSms();
    fake.drop();
    expect(await channel.send(message)).toMatchObject({ kind: "unknown" });
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "absent" });
  });

  it("is not mistaken for another: number, text, sender or an earlier time", async () => {
    const message = outgoingSms();
    const otherSender = open({ from: "+12125550199" });
    await channel.send({ ...message, to: "+12125550124" });
    await channel.send(outgoingSms({ text: "another text" }));
    await otherSender.send(message);
    await otherSender.close();
    expect(fake.messages).toHaveLength(3);
    expect(await channel.lookup(sent(message), now)).toEqual({ kind: "absent" });

    await channel.send(message);
    const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    expect(await channel.lookup(sent(message), later(2))).toEqual({ kind: "absent" });
    // Within a minute, only the clocks may differ.
    expect(await channel.lookup(sent(message), later(0.5))).toMatchObject({ kind: "found" });
  });
});

describe("a lookup that Twilio does not answer", () => {
  it.each([
    ["an error", () => fake.refuse({ on: "read", status: 503, code: 20503, message: NUMBER })],
    ["a wrong login", () => fake.refuse({ on: "read", status: 401, code: 20003 })],
    ["a rate limit", () => fake.rateLimit(1, 1, { on: "read" })],
    ["a page of HTML", () => fake.html500(1, { on: "read" })],
    ["HTML as a success", () => fake.html(200, 1, { on: "read" })],
    ["a cut", () => fake.drop(1, { on: "read" })],
  ])("is no answer, and not absent: %s", async (_name, fail) => {
    const message = outgoingSms();
    await channel.send(message);
    fail();
    const outcome = await channel.lookup(sent(message), now);
    expect(outcome.kind).toBe("no_answer");
    for (const secret of [NUMBER, NUMBER.slice(2), SECRET_TEXT, fake.authToken]) {
      expect(JSON.stringify(outcome)).not.toContain(secret);
    }
  });

  it("is no answer where it takes too long", async () => {
    const hurried = open({ from: "+12125550100" }, 200);
    fake.hang(1, { on: "read" });
    expect(await hurried.lookup(sent(outgoingSms()), now)).toMatchObject({ kind: "no_answer" });
    await hurried.close();
  });
});
