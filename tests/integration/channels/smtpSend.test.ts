import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { smtpChannel } from "../../../src/channels/smtp.ts";
import { type FakeSmtp, startFakeSmtp, type TakenMail } from "../../support/fakeSmtp.ts";
import { ADDRESS, outgoingEmail, outgoingSms } from "./outgoing.ts";

let fake: FakeSmtp;
let channel: Channel;

beforeEach(async () => {
  fake = await startFakeSmtp();
  channel = smtpChannel({ config: { url: fake.url, from: "Front desk <care@glow.example>" } });
});

afterEach(async () => {
  await channel.close();
  await fake.close();
});

function onlyMail(): TakenMail {
  const [mail] = fake.messages;
  if (!mail || fake.messages.length !== 1) throw new Error("not one mail came");
  return mail;
}

/** The header lines as they were sent, folded lines joined. */
function headerLines(mail: TakenMail): string[] {
  const text = mail.raw?.toString("latin1") ?? "";
  const head = text.slice(0, text.indexOf("\r\n\r\n"));
  return head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
}

describe("an email sent over SMTP", () => {
  it("arrives from the clinic, as text and HTML", async () => {
    const message = outgoingEmail({ subject: "Retinol: es hora — ✓" });
    const before = Date.now();
    const outcome = await channel.send(message);

    const mail = onlyMail();
    expect(mail.envelope).toEqual({ from: "care@glow.example", to: [ADDRESS] });
    const parsed = await mail.parsed();
    expect(parsed.from?.value).toEqual([{ name: "Glow Clinic", address: "care@glow.example" }]);
    expect(parsed.to).toMatchObject({ value: [{ name: "", address: ADDRESS }] });
    expect(parsed.subject).toBe("Retinol: es hora — ✓");
    expect(parsed.text).toBe(message.content.text);
    expect(parsed.html).toBe(message.content.html);
    expect(headerLines(mail).join("\n")).toMatch(/^Content-Type: multipart\/alternative;/m);
    expect(parsed.date?.getTime()).toBeGreaterThan(before - 2_000);

    const providerId = `<${message.messageKey}@glow.example>`;
    expect(mail.messageId).toBe(providerId);
    expect(outcome).toEqual({ kind: "sent", providerId, delivered: false });
  });

  it("can be unsubscribed from with one click, and asks for no automatic answer", async () => {
    const unsubscribeUrl = `https://care.example.test/u/${"0123456789abcdef".repeat(12)}`;
    await channel.send(outgoingEmail({ unsubscribeUrl }));
    const lines = headerLines(onlyMail());
    expect(lines).toContain(`List-Unsubscribe: <${unsubscribeUrl}>`);
    expect(lines).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    expect(lines).toContain("Auto-Submitted: auto-generated");
  });

  it("has the same Message-ID whenever it is sent again", async () => {
    const message = outgoingEmail({ messageKey: "0191:2" });
    const first = await channel.send(message);
    const second = await channel.send({ ...message, attemptId: crypto.randomUUID() });
    expect(second).toEqual(first);
    expect(fake.messages.map(({ messageId }) => messageId)).toEqual([
      "<0191%3A2@glow.example>",
      "<0191%3A2@glow.example>",
    ]);
  });

  it.each([
    "ana@mail.test, other@mail.test",
    "ana@mail.test>,<other@mail.test",
    "ana@mail.test\r\nRCPT TO:<other@mail.test>",
    "Ana <ana@mail.test>",
    "friends: ana@mail.test;",
    "ana",
  ])("goes to nobody where the address is not one address: %j", async (to) => {
    const expected = { kind: "permanent", reason: "bad_address", code: "malformed" };
    expect(await channel.send(outgoingEmail({ to }))).toMatchObject(expected);
    expect(fake.connections()).toBe(0);
  });

  it("goes to an address in another script, or with signs in it", async () => {
    for (const to of ["josé@exämple.test", "o'hara+care_1@mail.example.test"]) {
      expect(await channel.send(outgoingEmail({ to }))).toMatchObject({ kind: "sent" });
      expect(fake.messages.at(-1)?.envelope.to).toEqual([to]);
    }
  });

  it.each([
    ["quotes and brackets", 'Glow "Skin" <boss@evil.test>, Ltd.; (x) \\'],
    ["line breaks", "Glow\r\nBcc: victim@mail.test\r\n\r\nHello"],
    ["bare line feeds", "Glow\nX-Evil: 1"],
    ["other scripts", "Клиника «Сияние» 诊所 ✨"],
  ])("cannot be given headers by a clinic name: %s", async (_what, clinicName) => {
    await channel.send(outgoingEmail({ clinicName }));
    const mail = onlyMail();
    const { from, cc, bcc } = await mail.parsed();
    const shown = clinicName.replace(/[\r\n]+/g, " ");
    expect(from?.value).toHaveLength(1);
    expect(from?.value[0]?.address).toBe("care@glow.example");
    expect(from?.value[0]?.name.replace(/\s+/g, " ")).toBe(shown.replace(/\s+/g, " "));
    expect([cc, bcc]).toEqual([undefined, undefined]);
    expect(headerLines(mail).filter((line) => /^(bcc|x-evil)/i.test(line))).toEqual([]);
    expect(mail.envelope.to).toEqual([ADDRESS]);
  });

  it("cannot be given headers by a subject or an unsubscribe address", async () => {
    await channel.send(
      outgoingEmail({
        subject: "Hello\r\nBcc: victim@mail.test",
        unsubscribeUrl: "https://care.example.test/u/1>\r\nBcc: victim@mail.test",
      }),
    );
    const mail = onlyMail();
    expect((await mail.parsed()).bcc).toBeUndefined();
    expect(headerLines(mail).filter((line) => /^bcc/i.test(line))).toEqual([]);
  });

  it("reads no file and fetches no page that its text names", async () => {
    const message = outgoingEmail();
    message.content.html = '<img src="file:///etc/passwd"><img src="https://evil.test/x.png">';
    await channel.send(message);
    const { html, attachments } = await onlyMail().parsed();
    expect(html).toBe(message.content.html);
    expect(attachments).toEqual([]);
  });

  it("shares connections with others", async () => {
    const sent = Array.from({ length: 40 }, () => channel.send(outgoingEmail()));
    const outcomes = await Promise.all(sent);
    expect(outcomes.every(({ kind }) => kind === "sent")).toBe(true);
    expect(fake.messages).toHaveLength(40);
    expect(fake.connections()).toBeLessThanOrEqual(5);
  });

  it("is an email: an SMS is a mistake of the caller's", async () => {
    await expect(channel.send(outgoingSms())).rejects.toThrow(TypeError);
  });

  it("cannot be looked up", async () => {
    const asked = { to: "ana@example.test", text: "a text", notThese: [] };
    expect(await channel.lookup(asked, new Date())).toEqual({ kind: "cannot_ask" });
  });
});

describe("the mail server's login", () => {
  it("is used where there is one", async () => {
    const auth = { user: "care@glow.example", pass: "p@ss:word/1" };
    const guarded = await startFakeSmtp({ auth });
    const config = { url: guarded.url, from: "care@glow.example" };
    const through = smtpChannel({ config });
    expect(await through.send(outgoingEmail())).toMatchObject({ kind: "sent" });
    await through.close();
    await guarded.close();
  });

  it("needs an address to send from", () => {
    expect(() => smtpChannel({ config: { url: fake.url, from: "nobody" } })).toThrow(/MAIL_FROM/);
    const config = { url: fake.url, from: "care@glow.example", fromRebook: "nobody" };
    expect(() => smtpChannel({ config })).toThrow(/MAIL_FROM_REBOOK/);
  });
});
