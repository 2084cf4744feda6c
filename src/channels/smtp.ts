import type { Readable } from "node:stream";
import type { SendMailOptions } from "nodemailer";
import nodemailer from "nodemailer";
import addressparser from "nodemailer/lib/addressparser";
import type { SmtpConfig } from "../config.ts";
import type { Purpose } from "../domain/consent.ts";
import type { SendOutcome } from "../domain/outcome.ts";
import { AppError } from "../errors.ts";
import type { Channel, OutgoingMessage } from "./channel.ts";
import type { ClinicNotice, NoticeMailer } from "./notice.ts";
import { outcomeOfSmtpError, type SmtpError } from "./smtpOutcome.ts";

export interface SmtpChannelOptions {
  config: SmtpConfig;
  /** The most that a connection may take to come up, in milliseconds. */
  connectTimeoutMs?: number;
  /** The most that the server may stay silent. */
  replyTimeoutMs?: number;
  /** The most that one send may take in all, the wait for a free connection included. */
  sendTimeoutMs?: number;
}

const CONNECTIONS = 5;

/** Mails that have begun, those that wait for a connection included: none may wait for long. */
const AT_ONCE = 5 * CONNECTIONS;

/**
 * Email over SMTP (RFC 5321), through a pool of connections.
 *
 * A mail system cannot be asked about a message, so one whose send ended `unknown` can only be sent
 * again or given up. Each carries a Message-ID made from its `messageKey`, the same every time, by
 * which mail systems can know a double.
 * Care and marketing go out from addresses of their own where there are two, so that what mailbox
 * providers come to think of the one does not hold up the other.
 * Throws AppError `bad_config` if MAIL_FROM or MAIL_FROM_REBOOK holds no address.
 */
export function smtpChannel(options: SmtpChannelOptions): Channel & NoticeMailer {
  const { from, fromRebook = from } = options.config;
  const senders: Readonly<Record<Purpose, string>> = {
    care: senderAddress(from, "MAIL_FROM"),
    rebook: senderAddress(fromRebook, "MAIL_FROM_REBOOK"),
  };
  const connectTimeout = options.connectTimeoutMs ?? 10_000;
  const sendTimeoutMs = options.sendTimeoutMs ?? 25_000;

  const transport = nodemailer.createTransport({
    url: options.config.url,
    pool: true,
    maxConnections: CONNECTIONS,
    // Content is rendered text; nothing in it may make nodemailer read a file or fetch a page.
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: connectTimeout,
    dnsTimeout: connectTimeout,
    greetingTimeout: connectTimeout,
    socketTimeout: options.replyTimeoutMs ?? 20_000,
    // A kept connection that the server has closed meanwhile is replaced, once, if no byte of the
    // message was read. Nothing else is ever sent again from here.
    maxRequeues: 1,
  });

  // Nodemailer's errors do not tell a connection lost before the message from one lost after it.
  // The stream that the connection reads the message from does. Every send has an abort signal
  // of its own, which serves as its name here.
  const streams = new WeakMap<AbortSignal, Readable>();
  transport.use("stream", (mail, done) => {
    const { signal } = mail.data;
    mail.message.processFunc((stream) => {
      if (signal) streams.set(signal, stream);
      return stream;
    });
    done();
  });

  return {
    name: "email",
    provider: "smtp",
    atOnce: AT_ONCE,

    async send(message: OutgoingMessage): Promise<SendOutcome> {
      return deliver(composed(message, senders[message.purpose]));
    },

    async sendNotice(notice) {
      const outcome = await deliver(composedNotice(notice, senders.care));
      return outcome.kind === "sent" ? { kind: "sent" } : { kind: "failed", code: outcome.code };
    },

    lookup: () => Promise.resolve({ kind: "cannot_ask" }),

    close() {
      transport.close();
      return Promise.resolve();
    },
  };

  async function deliver(mail: Mail): Promise<SendOutcome> {
    if (!isOneAddress(mail.to.address)) return MALFORMED;
    const signal = AbortSignal.timeout(sendTimeoutMs);
    try {
      const info = await transport.sendMail({ ...mail, signal });
      // With one recipient a refusal throws; a server that reports it otherwise is heard too.
      const rejected = info.rejected.length > 0;
      if (rejected) return outcomeOfSmtpError(info.rejectedErrors?.[0] ?? REJECTED, true);
      return { kind: "sent", providerId: mail.messageId, delivered: false };
    } catch (error) {
      // Only a stream read to its end can have been followed by the dot that ends a message.
      const handedOver = streams.get(signal)?.readableEnded ?? false;
      return outcomeOfSmtpError(error as SmtpError, handedOver);
    }
  }
}

/** A message with all that is asked of it here. */
type Mail = SendMailOptions & { messageId: string; to: { name: string; address: string } };

const REJECTED: SmtpError = { command: "RCPT TO", responseCode: 550 };

const MALFORMED: SendOutcome = {
  kind: "permanent",
  code: "malformed",
  detail: "the address is malformed",
  reason: "bad_address",
  dead: true,
};

/**
 * Nodemailer reads every address as a list of several, names and all, and would send to each. So
 * only a dot-atom on both sides of the @ goes through (RFC 5322, section 3.4.1): no quotes.
 */
function isOneAddress(to: string): boolean {
  return /^[^\s<>()[\]:;@\\,"]+@[^\s<>()[\]:;@\\,"]+$/.test(to);
}

/**
 * The message as nodemailer takes it, which encodes every name and subject (RFC 2047).
 *
 * There is no `date`: nodemailer writes the machine's own time, which is when the message enters
 * the mail system (RFC 5322, section 3.6.1). `message.now` may be simulated, and a Date of
 * another day is a mark of spam.
 */
function composed(message: OutgoingMessage, sender: string): Mail {
  const { content } = message;
  if (content.channel !== "email") throw new TypeError("only email goes through SMTP");
  return {
    from: { name: message.clinicName, address: sender },
    to: { name: "", address: message.to },
    envelope: { from: sender, to: [message.to] },
    subject: content.subject,
    text: content.text,
    html: content.html,
    messageId: messageId(message.messageKey, sender),
    // One-click unsubscribe: RFC 8058, section 3.1. nodemailer's own `unsubscribePost` writes a
    // header that no mail provider recognises.
    list: { unsubscribe: message.unsubscribeUrl },
    headers: {
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      // Keeps out-of-office replies from coming back: RFC 3834, section 5.
      "Auto-Submitted": "auto-generated",
    },
  };
}

/** A notice to a clinic; it is no list mail, so nobody unsubscribes from it. */
function composedNotice(notice: ClinicNotice, sender: string): Mail {
  return {
    from: { name: notice.clinicName, address: sender },
    to: { name: "", address: notice.to },
    envelope: { from: sender, to: [notice.to] },
    subject: notice.subject,
    text: notice.text,
    messageId: messageId(notice.key, sender),
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

/** `<key@domain>`: RFC 5322, section 3.6.4. Percent signs are allowed there, colons are not. */
function messageId(messageKey: string, sender: string): string {
  return `<${encodeURIComponent(messageKey)}@${sender.slice(sender.lastIndexOf("@") + 1)}>`;
}

/** The bare address of a sender; a name in it gives way to the clinic's. */
function senderAddress(mailFrom: string, variable: string): string {
  const address = addressparser(mailFrom, { flatten: true })[0]?.address;
  if (!address?.includes("@")) throw new AppError("bad_config", `${variable} holds no address`);
  return address;
}
