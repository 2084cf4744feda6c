import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";

export interface FakeSmtpOptions {
  /** Asks for this login, and refuses every other; without it no login is asked for. */
  auth?: { user: string; pass: string };
  /** How many raw messages are kept, the newest ones; of the older only the envelope. */
  keepRaw?: number;
}

/** A message that the fake took. */
export interface TakenMail {
  envelope: { from: string; to: string[] };
  messageId: string | null;
  /** The message as it came; null once it is too old to be kept. */
  raw: Buffer | null;
  /** The MIME message, read. Throws if it is too old to be kept. */
  parsed(): Promise<ParsedMail>;
  /** When it was taken, in milliseconds of the machine's clock. */
  at: number;
}

/**
 * The points of a mail transaction at which a fault can strike: "data" is when the text begins to
 * come in (an answer can only follow its end), "end" is after the whole text.
 */
export type SmtpStage = "greeting" | "sender" | "recipient" | "data" | "end";

/** A mail server that takes everything, and fails in every way that is asked. */
export interface FakeSmtp {
  /** The address with the login, for SMTP_URL. */
  url: string;
  /** The messages taken, the oldest first. */
  messages: readonly TakenMail[];
  /** How many connections have been made. */
  connections(): number;
  /** Answers `code` and `text` at a stage; for ever, or so many `times`. */
  refuse(rule: {
    at: SmtpStage;
    code: number;
    text?: string;
    /** Only for this recipient; for the stages "recipient" and "end". */
    to?: string;
    times?: number;
  }): void;
  /** Cuts the connection at a stage. */
  drop(at: SmtpStage, times?: number, options?: SilenceOptions): void;
  /** Never answers at a stage. */
  hang(at: SmtpStage, times?: number, options?: SilenceOptions): void;
  /** Cuts the connections that are open, idle ones too. */
  dropConnections(): void;
  /** Forgets the faults that are not used up. */
  heal(): void;
  /** Cuts every connection and stops. */
  close(): Promise<void>;
}

export interface SilenceOptions {
  /** At "end": whether the message is taken. */
  keep?: boolean;
  /** Strikes only this share of the mails, from 0 to 1, at random. */
  share?: number;
}

interface Rule {
  at: SmtpStage;
  to: string | undefined;
  share: number;
  left: number;
  fault: { do: "refuse"; code: number; text: string } | { do: "drop" | "hang"; keep: boolean };
}

type Reply = (error?: Error | null) => void;

export async function startFakeSmtp(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const keepRaw = options.keepRaw ?? 2_000;
  const messages: TakenMail[] = [];
  const sockets = new Map<number, Socket>();
  let rules: Rule[] = [];
  let connections = 0;

  const server = new SMTPServer({
    disabledCommands: options.auth ? ["STARTTLS"] : ["STARTTLS", "AUTH"],
    authOptional: options.auth === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // Refusals are written out whole by the tests, enhanced codes included.
    hideENHANCEDSTATUSCODES: true,
    onAuth({ username, password }, _session, done) {
      const right = username === options.auth?.user && password === options.auth?.pass;
      if (right) return done(null, { user: username });
      return done(refusal(535, "5.7.8 authentication credentials invalid"));
    },
    onConnect: (session, reply) => answer("greeting", session, reply),
    onMailFrom: (_address, session, reply) => answer("sender", session, reply),
    onRcptTo: ({ address }, session, reply) => answer("recipient", session, reply, address),
    onData(stream, session, reply) {
      // It fails only where the connection was cut in the middle of the text: nothing is taken.
      takeData(stream, session, reply).catch(() => undefined);
    },
  });
  server.server.on("connection", (socket: Socket) => {
    connections += 1;
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once("close", () => sockets.delete(port));
  });
  // A connection that a test cuts shows here as an error; it is the test's own doing.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;

  function faultAt(at: SmtpStage, to: readonly string[]): Rule["fault"] | null {
    const rule = rules.find(
      (one) =>
        one.at === at &&
        (one.to === undefined || to.includes(one.to)) &&
        (one.share === 1 || Math.random() < one.share),
    );
    if (!rule) return null;
    rule.left -= 1;
    if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
    return rule.fault;
  }

  /** Replies as the fault at this stage says, and with yes if there is none. */
  function answer(at: SmtpStage, session: SMTPServerSession, reply: Reply, to?: string): void {
    finish(faultAt(at, to === undefined ? [] : [to]), session, reply);
  }

  function finish(fault: Rule["fault"] | null, session: SMTPServerSession, reply: Reply): void {
    if (fault === null) reply();
    else if (fault.do === "refuse") reply(refusal(fault.code, fault.text));
    else if (fault.do === "drop") sockets.get(session.remotePort)?.destroy();
  }

  async function takeData(stream: SMTPServerDataStream, session: SMTPServerSession, reply: Reply) {
    const to = session.envelope.rcptTo.map(({ address }) => address);
    const early = faultAt("data", to);
    // Left unread, the text stops coming in once the buffers are full.
    if (early?.do === "drop" || early?.do === "hang") return finish(early, session, reply);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    if (early) return finish(early, session, reply);

    const fault = faultAt("end", to);
    if (fault === null || ("keep" in fault && fault.keep)) {
      const from = session.envelope.mailFrom;
      take({ from: from ? from.address : "", to }, Buffer.concat(chunks));
    }
    finish(fault, session, reply);
  }

  function take(envelope: TakenMail["envelope"], raw: Buffer): void {
    const header = raw.toString("latin1", 0, raw.indexOf("\r\n\r\n"));
    const messageId = /^message-id:\s*(<[^>]*>)/im.exec(header)?.[1] ?? null;
    const mail: TakenMail = { envelope, messageId, raw, parsed: () => parse(mail), at: Date.now() };
    messages.push(mail);
    const old = messages.at(-1 - keepRaw);
    if (old) old.raw = null;
  }

  const login = options.auth
    ? `${encodeURIComponent(options.auth.user)}:${encodeURIComponent(options.auth.pass)}@`
    : "";
  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    messages,
    connections: () => connections,
    refuse({ at, code, text = "refused by the test", to, times = Infinity }) {
      rules.push({ at, to, share: 1, left: times, fault: { do: "refuse", code, text } });
    },
    drop(at, times = 1, { keep = false, share = 1 } = {}) {
      rules.push({ at, to: undefined, share, left: times, fault: { do: "drop", keep } });
    },
    hang(at, times = 1, { keep = false, share = 1 } = {}) {
      rules.push({ at, to: undefined, share, left: times, fault: { do: "hang", keep } });
    },
    dropConnections() {
      for (const socket of sockets.values()) socket.destroy();
    },
    heal() {
      rules = [];
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function parse(mail: TakenMail): Promise<ParsedMail> {
  if (mail.raw === null) throw new Error("this mail is too old: the fake kept its envelope only");
  return simpleParser(mail.raw);
}
