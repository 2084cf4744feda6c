import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { smtpChannel } from "../../../src/channels/smtp.ts";
import { loadContent } from "../../../src/content/content.ts";
import { parseSendWindow } from "../../../src/domain/sendWindow.ts";
import type { Claimed } from "../../../src/ledger/delivery.ts";
import { type MessageMaker, makeMessage, mayNotSend } from "../../../src/queue/message.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fakeSmtp.ts";

const NOW = new Date("2026-11-25T20:30:00Z");
const ADDRESS = '12 Main St, Suite "B" <2>, Albany, NY 12207';
const PAGE = "https://care.example.test/t/0123456789abcdefghijkl";

const maker: MessageMaker = {
  content: await loadContent(),
  publicUrl: "https://care.example.test",
  linkKey: "a key for the links of these tests",
};

/** A reminder of micro needling that is about to be sent, to a patient in New York. */
function claimed(changes: Partial<Claimed>): Claimed {
  return {
    reminderId: "0191e7a0-0000-7000-8000-000000000001",
    dispatchNo: 1,
    attemptId: "0191e7a0-0000-7000-8000-000000000002",
    clinicId: "0191e7a0-0000-7000-8000-000000000003",
    patientId: "0191e7a0-0000-7000-8000-000000000004",
    treatmentId: "0191e7a0-0000-7000-8000-000000000005",
    step: "gym-ok",
    kind: "permission",
    protocol: "microneedling",
    status: "queued",
    channel: "sms",
    channels: ["sms"],
    retries: 0,
    dueAt: NOW,
    anyHour: false,
    sendUntil: new Date("2026-11-26T01:00:00Z"),
    expiresAt: new Date("2026-11-28T20:30:00Z"),
    timeZone: "America/New_York",
    window: parseSendWindow("09:00-20:00"),
    treatmentCancelled: false,
    topics: ["gym"],
    trueAt: NOW,
    nearby: [],
    cap: 3,
    optedOut: false,
    paused: false,
    deadAddress: false,
    held: false,
    to: "ana@mail.test",
    firstName: "Ana",
    locale: null,
    clinicName: "Willow Skin Clinic",
    clinicPhone: null,
    clinicPostalAddress: null,
    clinicLocale: "en",
    privacy: "standard",
    pageToken: "0123456789abcdefghijkl",
    waitUntil: null,
    waits: {},
    probing: false,
    channelTroubled: false,
    ...changes,
  };
}

function textOf(changes: Partial<Claimed>): string {
  const { content } = makeMessage(maker, claimed(changes), NOW);
  return content.text;
}

describe("a message says as much as its clinic lets it", () => {
  it.each([
    [
      "standard",
      /^Willow Skin Clinic: Your wait of 1 week after your treatment is over\. The advice/,
    ],
    [
      "explicit",
      /^Willow Skin Clinic: Your wait of 1 week after your micro needling is over\. The advice/,
    ],
    [
      "neutral",
      new RegExp(`^Willow Skin Clinic: Your clinic has an update for you: ${PAGE} Reply`),
    ],
  ] as const)("%s", (privacy, expected) => {
    expect(textOf({ step: "sun-week", privacy })).toMatch(expected);
  });
});

describe("a retraction says until when to wait", () => {
  const retraction = { step: "gym-wait", kind: "retraction" } as const;
  const waitUntil = "2026-11-28T20:30:00.000Z";

  it.each([
    ["en", "America/New_York", "until Saturday, November 28 at 3:30 PM before"],
    ["en-GB", "America/New_York", /until Saturday,? 28 November at 15:30 before/],
    ["es", "America/Los_Angeles", "hasta el sábado, 28 de noviembre, 12:30 para"],
    ["es-MX", "America/New_York", /hasta el sábado, 28 de noviembre, 3:30 p\. ?m\. para/],
    ["fr", "Asia/Kathmandu", "until Sunday, November 29 at 2:15 AM before"],
  ])("in %s, by the clocks of %s", (locale, timeZone, expected) => {
    expect(textOf({ ...retraction, waitUntil, locale, timeZone })).toMatch(expected);
  });

  it.each([
    ["es-mex", "en", "hasta el sábado, 28 de noviembre, 15:30 para"],
    ["en-usa", "es", "until Saturday, November 28 at 3:30 PM before"],
    [null, "es-mex", "hasta el sábado, 28 de noviembre, 15:30 para"],
  ])(
    "where the ledger has %s of the patient and %s of the clinic, from before tags were checked",
    (...given) => {
      const [locale, clinicLocale, expected] = given;
      expect(textOf({ ...retraction, waitUntil, locale, clinicLocale })).toContain(expected);
    },
  );

  it("or to wait for a talk with the clinic", () => {
    const clinicPhone = "+1 212 555 0100";
    expect(textOf({ ...retraction, clinicPhone })).toContain(
      "at least until you have spoken with us (+1 212 555 0100) before",
    );
  });
});

describe("an email over SMTP", () => {
  let fake: FakeSmtp;
  let channel: Channel;

  beforeEach(async () => {
    fake = await startFakeSmtp();
    channel = smtpChannel({
      config: {
        url: fake.url,
        from: "care@willow.example.test",
        fromRebook: "News <news@mail.willow.example.test>",
      },
    });
  });

  afterEach(async () => {
    await channel.close();
    await fake.close();
  });

  async function sent(changes: Partial<Claimed>) {
    const message = makeMessage(maker, claimed({ channel: "email", ...changes }), NOW);
    expect(await channel.send(message)).toMatchObject({ kind: "sent" });
    const mail = fake.messages.at(-1);
    if (!mail) throw new Error("no mail came");
    return { mail, parsed: await mail.parsed() };
  }

  it("has the clinic's postal address at its foot, in both parts", async () => {
    const { parsed } = await sent({ clinicPostalAddress: ADDRESS, clinicPhone: "+1 212 555 0100" });
    const text = parsed.text ?? "";
    expect(text.slice(text.indexOf("----"))).toMatch(
      `----\nWillow Skin Clinic, +1 212 555 0100\n${ADDRESS}\nStop these emails: https://`,
    );
    expect(parsed.html).toContain("12 Main St, Suite &quot;B&quot; &lt;2&gt;, Albany, NY 12207");
  });

  it("has no gap there where the clinic gave none", async () => {
    const { parsed } = await sent({ locale: "es" });
    expect(parsed.text).toContain("----\nWillow Skin Clinic\nNo quiero recibir más correos");
    expect(parsed.html).not.toMatch(/<br \/>\s*<br/);
  });

  it("has a subject that says nothing where the clinic is neutral", async () => {
    const { parsed } = await sent({ privacy: "neutral" });
    expect(parsed.subject).toBe("Your clinic has an update for you");
    expect(parsed.text).toContain("Your wait of 72 hours after your micro needling is over");
  });

  it("is from the care address, and marketing from one of its own", async () => {
    const care = await sent({});
    expect(care.mail.envelope.from).toBe("care@willow.example.test");
    const marketing = await sent({ kind: "rebook", clinicPostalAddress: ADDRESS });
    expect(marketing.mail.envelope.from).toBe("news@mail.willow.example.test");
    expect(marketing.parsed.from?.value).toEqual([
      { name: "Willow Skin Clinic", address: "news@mail.willow.example.test" },
    ]);
    expect(marketing.mail.messageId).toMatch(/@mail\.willow\.example\.test>$/);
    for (const { mail } of [care, marketing]) {
      const head = mail.raw?.toString("latin1") ?? "";
      expect(head).toMatch(/^List-Unsubscribe:\s+<https:/m);
      expect(head).toMatch(/^List-Unsubscribe-Post:\s+List-Unsubscribe=One-Click/m);
    }
  });
});

describe("marketing without the clinic's postal address", () => {
  it("does not go out by email", () => {
    expect(mayNotSend(claimed({ kind: "rebook", channel: "email" }))).toMatchObject({
      kind: "permanent",
      code: "no_postal_address",
      reason: "no_postal_address",
      dead: false,
    });
  });

  it.each([
    ["with one", { kind: "rebook", channel: "email", clinicPostalAddress: ADDRESS }],
    ["by text", { kind: "rebook", channel: "sms" }],
    ["where it is care", { kind: "permission", channel: "email" }],
    ["where it is a correction", { kind: "retraction", channel: "email" }],
  ] as const)("goes out %s", (_how, changes) => {
    expect(mayNotSend(claimed(changes))).toBeNull();
  });
});
