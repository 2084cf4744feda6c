import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { type SmtpChannelOptions, smtpChannel } from "../../../src/channels/smtp.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { type FakeSmtp, type SmtpStage, startFakeSmtp } from "../../support/fakeSmtp.ts";
import { ADDRESS, outgoingEmail, SECRET_TEXT } from "./outgoing.ts";

const PASS = "a-password-of-the-clinic";

let fake: FakeSmtp;
let channel: Channel;

function open(url: string, limits: Omit<SmtpChannelOptions, "config"> = {}): Channel {
  return smtpChannel({ config: { url, from: "care@glow.example" }, ...limits });
}

beforeEach(async () => {
  fake = await startFakeSmtp();
  channel = open(fake.url);
});

afterEach(async () => {
  await channel.close();
  await fake.close();
});

/** Sends once, and checks that the outcome tells nothing private. */
async function send(through = channel): Promise<SendOutcome> {
  const outcome = await through.send(outgoingEmail());
  for (const secret of [ADDRESS, "ana.patient", SECRET_TEXT, "care@glow", PASS]) {
    expect(JSON.stringify(outcome)).not.toContain(secret);
  }
  return outcome;
}

/** The same through a channel of its own. */
async function sendTo(url: string, limits?: Omit<SmtpChannelOptions, "config">) {
  const other = open(url, limits);
  try {
    return await send(other);
  } finally {
    await other.close();
  }
}

describe("a reply of the mail server", () => {
  const permanent = (reason: string) => ({ kind: "permanent", reason });
  const account = { kind: "accountFault" };
  const ofMessage = { kind: "transient", of: "message" };
  const ofProvider = { kind: "transient", of: "provider" };
  const cases: [at: SmtpStage, code: number, text: string, expected: object][] = [
    [
      "recipient",
      550,
      `5.1.1 <${ADDRESS}>: no such user`,
      { ...permanent("bad_address"), dead: true },
    ],
    ["recipient", 550, "no such user", { ...permanent("bad_address"), dead: false }],
    ["recipient", 550, "5.0.0 no", { ...permanent("bad_address"), dead: false }],
    ["recipient", 551, "user not local", permanent("bad_address")],
    ["recipient", 553, "mailbox name not allowed", permanent("bad_address")],
    ["recipient", 556, "5.1.10 the domain takes no mail", permanent("bad_address")],
    ["recipient", 554, "5.1.2 bad domain", permanent("bad_address")],
    ["recipient", 550, "5.2.1 mailbox switched off", { ...permanent("bad_address"), dead: true }],
    ["recipient", 552, "5.2.2 mailbox full", permanent("refused")],
    ["recipient", 550, "5.7.1 policy", permanent("refused")],
    ["recipient", 554, "no", permanent("refused")],
    ["recipient", 550, "5.1.8 bad sender domain", account],
    ["recipient", 530, "5.7.0 log in first", account],
    ["recipient", 450, "4.2.1 mailbox busy", ofMessage],
    ["recipient", 451, "4.7.1 greylisted", ofMessage],
    ["recipient", 503, "5.5.1 bad sequence", ofProvider],
    ["recipient", 421, "4.3.2 closing", ofProvider],
    ["sender", 550, "5.7.1 sender not allowed", account],
    ["sender", 553, `5.7.1 not your address: care@glow.example`, account],
    ["sender", 451, "4.3.0 later", ofProvider],
    ["greeting", 554, "no service here", account],
    ["greeting", 421, "too busy", ofProvider],
    ["end", 554, `5.6.0 rejected: ${SECRET_TEXT}`, permanent("refused")],
    ["end", 550, "looks like spam", permanent("refused")],
    ["end", 550, "5.7.1 looks like spam", permanent("refused")],
    ["end", 550, "5.1.1 no such user after all", permanent("bad_address")],
    ["end", 552, "5.3.4 too large", permanent("refused")],
    ["end", 451, "4.3.0 later", ofMessage],
    ["end", 421, "4.3.2 closing", ofProvider],
  ];

  it.each(cases)("at %s: %i %s", async (at, code, text, expected) => {
    fake.refuse({ at, code, text });
    const outcome = await send();
    expect(outcome).toMatchObject(expected);
    const enhanced = /^\d\.\d+\.\d+/.exec(text)?.[0];
    expect(outcome).toMatchObject({ code: enhanced ? `${code} ${enhanced}` : String(code) });
    expect(fake.messages).toHaveLength(0);
  });

  it("is about one message: the next one goes out", async () => {
    fake.refuse({ at: "recipient", code: 550, to: ADDRESS, times: 1 });
    fake.refuse({ at: "end", code: 451, times: 2 });
    expect(await send()).toMatchObject({ kind: "permanent" });
    expect(await send()).toMatchObject({ kind: "transient" });
    expect(await send()).toMatchObject({ kind: "transient" });
    expect(await send()).toMatchObject({ kind: "sent" });
    expect(fake.messages).toHaveLength(1);
  });

  it("to a wrong or missing login is not the patient's fault", async () => {
    const guarded = await startFakeSmtp({ auth: { user: "clinic", pass: PASS } });
    const wrong = guarded.url.replace(PASS, "another-password");
    expect(await sendTo(wrong)).toMatchObject({ kind: "accountFault", code: "535 5.7.8" });
    expect(await sendTo(guarded.url.replace(/\/\/.*@/, "//"))).toMatchObject(account);
    expect(guarded.messages).toHaveLength(0);
    await guarded.close();
  });
});

describe("a connection that fails before the message is handed over", () => {
  it("is transient: refused", async () => {
    await fake.close();
    expect(await send()).toMatchObject({ kind: "transient", code: "ESOCKET" });
  });

  it("is transient: no such host", async () => {
    const outcome = await sendTo("smtp://mail.invalid:25", { connectTimeoutMs: 3_000 });
    expect(outcome).toMatchObject({ kind: "transient" });
  });

  it.each(["greeting", "sender", "recipient"] as const)("is transient: cut at %s", async (at) => {
    fake.drop(at, 10);
    expect(await send()).toMatchObject({ kind: "transient", code: "ECONNECTION" });
    expect(fake.messages).toHaveLength(0);
  });

  it.each(["greeting", "sender", "recipient"] as const)(
    "is transient: silent at %s",
    async (at) => {
      fake.hang(at);
      const limits = { connectTimeoutMs: 1_000, replyTimeoutMs: 1_000 };
      expect(await sendTo(fake.url, limits)).toMatchObject({
        kind: "transient",
        code: "ETIMEDOUT",
      });
    },
  );

  it.each(["cut", "silent"])("is transient: %s in the middle of the text", async (how) => {
    if (how === "cut") fake.drop("data");
    else fake.hang("data");
    const message = outgoingEmail();
    // More than the buffers of both ends hold, so that the end of the text never leaves.
    message.content.text = `${"A line that is said again and again. ".repeat(25)}\n`.repeat(20_000);
    const through = open(fake.url, { replyTimeoutMs: 1_000 });
    expect(await through.send(message)).toMatchObject({ kind: "transient" });
    await through.close();
    expect(fake.messages).toHaveLength(0);
  });

  it("is transient: the whole send takes too long, though the server keeps talking", async () => {
    const sockets = new Set<net.Socket>();
    const drip = net.createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      socket.write("220 mail.test\r\n");
      socket.once("data", () => {
        const timer = setInterval(() => socket.write("250-still here\r\n"), 50);
        socket.once("close", () => clearInterval(timer));
      });
    });
    await once(drip.listen(0, "127.0.0.1"), "listening");
    const { port } = drip.address() as AddressInfo;
    const outcome = await sendTo(`smtp://127.0.0.1:${port}`, { sendTimeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: "transient", code: "EABORT" });
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => drip.close(closed));
  });

  it("is mended unseen where a kept connection was closed meanwhile", async () => {
    expect(await send()).toMatchObject({ kind: "sent" });
    fake.dropConnections();
    expect(await send()).toMatchObject({ kind: "sent" });
    fake.drop("sender", 1);
    expect(await send()).toMatchObject({ kind: "sent" });
    expect(fake.messages).toHaveLength(3);
  });
});

describe("a connection that fails after the message was handed over", () => {
  it.each([true, false])("is unknown: cut before the reply, taken: %s", async (keep) => {
    fake.drop("end", 1, { keep });
    expect(await send()).toMatchObject({ kind: "unknown", code: "ECONNECTION" });
    expect(fake.messages).toHaveLength(keep ? 1 : 0);
    expect(await send()).toMatchObject({ kind: "sent" });
    expect(fake.messages).toHaveLength(keep ? 2 : 1);
  });

  it("is unknown on a connection that was kept, and the message is not sent twice", async () => {
    expect(await send()).toMatchObject({ kind: "sent" });
    fake.drop("end", 1, { keep: true });
    expect(await send()).toMatchObject({ kind: "unknown" });
    expect(await send()).toMatchObject({ kind: "sent" });
    expect(fake.messages).toHaveLength(3);
  });

  it.each([
    ["silence", { replyTimeoutMs: 1_000 }, "ETIMEDOUT"],
    ["the end of the time for a send", { sendTimeoutMs: 1_500 }, "EABORT"],
  ])("is unknown: %s", async (_what, limits, code) => {
    fake.hang("end", 1, { keep: true });
    expect(await sendTo(fake.url, limits)).toMatchObject({ kind: "unknown", code });
    expect(fake.messages).toHaveLength(1);
  });
});
