import { randomUUID } from "node:crypto";
import type { OutgoingMessage, SentMessage } from "../../../src/channels/channel.ts";
import type { EmailContent, SmsContent } from "../../../src/domain/message.ts";

/** What must never be found in an outcome, besides credentials. */
export const NUMBER = "+12125550123";
export const ADDRESS = "ana.patient@mail.test";
export const SECRET_TEXT = "Ana, you may use retinol again";

const now = new Date("2026-11-25T20:30:00Z");

const common = () => ({
  attemptId: randomUUID(),
  messageKey: randomUUID(),
  clinicName: "Glow Clinic",
  purpose: "care" as const,
  now,
  sendUntil: new Date(now.getTime() + 2 * 3_600_000),
  unsubscribeUrl: "https://care.example.test/u/0123456789abcdef",
});

/** What a provider is asked about later. */
export function sent({ to, content }: OutgoingMessage): SentMessage {
  return { to, text: content.text, notThese: [] };
}

/** A text message with everything that a channel asks for. */
export function outgoingSms(
  changes: Partial<OutgoingMessage> & { text?: string } = {},
): OutgoingMessage & { content: SmsContent } {
  const { text = `${SECRET_TEXT}.`, ...rest } = changes;
  return { ...common(), to: NUMBER, ...rest, content: { channel: "sms", text } };
}

/** An email with everything that a channel asks for. */
export function outgoingEmail(
  changes: Partial<OutgoingMessage> & { subject?: string } = {},
): OutgoingMessage & { content: EmailContent } {
  const { subject = "Retinol again", ...rest } = changes;
  return {
    ...common(),
    to: ADDRESS,
    ...rest,
    content: {
      channel: "email",
      subject,
      html: `<p>${SECRET_TEXT}.</p>`,
      text: `${SECRET_TEXT}.\n`,
    },
  };
}
