import type { Waits } from "./waits.ts";

/** How much a text says: names the product or activity, the treatment as well, or neither. */
export const PRIVACY_TIERS = ["standard", "explicit", "neutral"] as const;

export type Privacy = (typeof PRIVACY_TIERS)[number];

/** A text message as it leaves: one string, already rendered. */
export interface SmsContent {
  channel: "sms";
  text: string;
}

/** An email as it leaves: subject, HTML part and plain-text part, already rendered. */
export interface EmailContent {
  channel: "email";
  subject: string;
  html: string;
  text: string;
}

export type MessageContent = SmsContent | EmailContent;

/** What a template may speak of. */
export interface MessageVariables {
  patient: { firstName: string };
  clinic: { name: string; phone: string | null; postalAddress: string | null };
  treatment: { title: string };
  /**
   * Of a retraction: the local day and time until which to wait, in the words of the message's
   * language; null where nobody can say yet, and in every other message.
   */
  wait: { until: string | null };
  /**
   * Those of the treatment: of the protocol as it was at its enrolment, with its overrides. The
   * message says them in its language. One that is not among them, as an older version may lack it,
   * is that of the protocol's file.
   */
  waits: Waits;
  unsubscribeUrl: string;
  /** The patient's own page. */
  pageUrl: string;
}
