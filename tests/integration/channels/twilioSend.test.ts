import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import type { TwilioConfig } from "../../../src/config.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import { outgoingEmail, outgoingSms } from "./outgoing.ts";

const SERVICE = "MG0123456789abcdef0123456789abcdef";

let fake: FakeTwilio;
let channel: Channel;

function open(sender: TwilioConfig["sender"], baseUrl = fake.url): Channel {
  const { accountSid, authToken } = fake;
  return twilioChannel({
    config: { accountSid, authToken, sender, baseUrl },
    statusCallbackUrl: (id) => `https://care.example.test/webhooks/twilio/status/${id}`,
    timeoutMs: 5_000,
  });
}

beforeEach(async () => {
  fake = await startFakeTwilio();
  channel = open({ from: "+12125550100" });
});

afterEach(async () => {
  await channel.close();
  await fake.close();
});

describe("a text sent through Twilio", () => {
  it("arrives form-encoded, with basic auth and every parameter", async () => {
    const message = outgoingSms({ text: "¿Lista? 100% & más — ✓\nReply STOP" });
    const outcome = await channel.send(message);

    const [taken] = fake.messages;
    expect(taken?.contentType).toBe("application/x-www-form-urlencoded");
    expect(taken?.user).toBe(fake.accountSid);
    expect(taken?.params).toEqual({
      To: message.to,
      From: "+12125550100",
      Body: message.content.text,
      StatusCallback: `https://care.example.test/webhooks/twilio/status/${message.attemptId}`,
      ValidityPeriod: "7200",
      SmartEncoded: "false",
    });
    expect(outcome).toEqual({ kind: "sent", providerId: taken?.sid, delivered: false });
  });

  it("names the messaging service in place of a number, where there is one", async () => {
    const service = open({ messagingServiceSid: SERVICE });
    try {
      expect(await service.send(outgoingSms())).toMatchObject({ kind: "sent" });
    } finally {
      await service.close();
    }
    expect(fake.messages[0]?.params).toMatchObject({ MessagingServiceSid: SERVICE });
    expect(fake.messages[0]?.params).not.toHaveProperty("From");
  });

  it("may wait at Twilio until its time is over, within what Twilio allows", async () => {
    const now = new Date("2026-11-25T20:30:00Z");
    const until = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    for (const seconds of [90.9, 36_000, 36_001, 864_000, 0.4, -5]) {
      await channel.send(outgoingSms({ now, sendUntil: until(seconds) }));
    }
    expect(fake.messages.map(({ params }) => params.ValidityPeriod)).toEqual([
      "90",
      "36000",
      "36000",
      "36000",
      "1",
      "1",
    ]);
  });

  it("goes to a base URL that has a path", async () => {
    const behindPath = open({ from: "+12125550100" }, `${fake.url}/twilio`);
    try {
      // The fake serves no such path: Twilio's 404 shows that the path was kept.
      expect(await behindPath.send(outgoingSms())).toMatchObject({ code: "20404" });
    } finally {
      await behindPath.close();
    }
  });

  it("goes out once each, however many at a time", async () => {
    fake.delay([0, 20]);
    const sent = Array.from({ length: 60 }, (_, n) => outgoingSms({ to: `+1212555${1000 + n}` }));
    const outcomes = await Promise.all(sent.map((message) => channel.send(message)));

    const sids = outcomes.map((outcome) => outcome.kind === "sent" && outcome.providerId);
    expect(new Set(sids).size).toBe(60);
    expect(fake.messages).toHaveLength(60);
    expect(new Set(fake.messages.map(({ params }) => params.To))).toEqual(
      new Set(sent.map(({ to }) => to)),
    );
  });

  it("is an SMS: an email is a mistake of the caller's", async () => {
    await expect(channel.send(outgoingEmail())).rejects.toThrow(TypeError);
    expect(fake.sends()).toBe(0);
  });
});
