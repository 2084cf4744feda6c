import type { Failure, PermanentReason, SendOutcome } from "../domain/outcome.ts";

/** What is read of an error of nodemailer's; its message and reply text hold the address. */
export interface SmtpError {
  code?: string | undefined;
  command?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
}

/**
 * The outcome of a mail that was not accepted. `handedOver` says whether the whole message had
 * been given to the connection: before that a server has nothing to accept, after that only its
 * reply tells (RFC 5321, section 4.2.5 and 6.1), and no reply means `unknown`.
 */
export function outcomeOfSmtpError(error: SmtpError, handedOver: boolean): SendOutcome {
  const reply = error.responseCode ?? 0;
  if (reply >= 400) return outcomeOfReply(error, reply);

  const code = error.code ?? "no_code";
  if (handedOver) {
    const detail = "the connection failed before the mail server confirmed the message";
    return { kind: "unknown", code, detail };
  }
  // Without a reply these two are nodemailer's own: an address that no envelope can hold, and a
  // message above the size that the server announced.
  if (code === "EENVELOPE") return permanent(code, "bad_address", "the address is malformed", true);
  if (code === "EMESSAGE") return permanent(code, "refused", "the message is too large");
  if (code.endsWith("AUTH")) return accountFault(code, "the mail server needs another login");
  return transient(code, "provider", "the mail server could not be reached; nothing was sent");
}

function outcomeOfReply(error: SmtpError, reply: number): SendOutcome {
  const enhanced = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? "")?.[1] ?? null;
  const code = enhanced === null ? String(reply) : `${reply} ${enhanced}`;

  // 421 counts as 4xx even after the message was handed over: RFC 5321, section 3.8.
  if (reply < 500) {
    // At RCPT TO and after the text it is often this mailbox alone: full, busy, greylisted.
    const ofMessage = error.command === "RCPT TO" || error.command === "DATA";
    const of = ofMessage && reply !== 421 ? "message" : "provider";
    return transient(code, of, "the mail server cannot take the message now");
  }
  // Out of order (RFC 5321, section 4.2.2): a new connection mends it.
  if (reply === 503) return transient(code, "provider", "the mail server lost the thread");
  if (refusesUs(error, reply, enhanced)) {
    return accountFault(code, "the mail server refuses our login or sender");
  }
  if (refusesRecipient(error, reply, enhanced)) {
    const detail = "the mail server says that this mailbox takes no mail";
    // A bare 550 is also what servers say of a sender that they do not like, or that sends too much.
    const dead = enhanced !== null && enhanced !== "5.0.0";
    return permanent(code, "bad_address", detail, dead);
  }
  return permanent(code, "refused", "the mail server refuses this message");
}

/**
 * Refusals that say nothing of the patient, and that an operator can mend: at login, at the
 * greeting, at MAIL FROM, for want of a login (RFC 4954, section 6), and for a bad sender (RFC 3463:
 * X.1.7 and X.1.8).
 */
function refusesUs(error: SmtpError, reply: number, enhanced: string | null): boolean {
  if (error.command !== "RCPT TO" && error.command !== "DATA") return true;
  if (enhanced === "5.1.7" || enhanced === "5.1.8") return true;
  return reply === 530 || reply === 535 || reply === 538;
}

/**
 * RFC 3463: subject 1 is the address, and 5.2.1 a mailbox that was switched off. A server that
 * gives no such code, or one that says nothing (5.0.0), is read by its reply code (RFC 5321,
 * section 4.2.2), at RCPT TO only: after the message, 550 is as often about the text.
 */
function refusesRecipient(error: SmtpError, reply: number, enhanced: string | null): boolean {
  if (enhanced !== null && enhanced !== "5.0.0") {
    return enhanced.startsWith("5.1.") || enhanced === "5.2.1";
  }
  return error.command === "RCPT TO" && (reply === 550 || reply === 551 || reply === 553);
}

const transient = (code: string, of: "provider" | "message", detail: string): Failure => ({
  kind: "transient",
  code,
  detail,
  of,
});

const accountFault = (code: string, detail: string): Failure => ({
  kind: "accountFault",
  code,
  detail,
});

const permanent = (
  code: string,
  reason: PermanentReason,
  detail: string,
  dead = false,
): Failure => ({ kind: "permanent", code, detail, reason, dead });
