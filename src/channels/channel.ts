import type { ChannelName } from "../domain/channel.ts";
import type { Purpose } from "../domain/consent.ts";
import type { MessageContent } from "../domain/message.ts";
import type { SendOutcome } from "../domain/outcome.ts";

/** One message to one patient, complete: a channel asks nobody for anything more. */
export interface OutgoingMessage {
  /** The attempt that this send is (a uuid); names the status callback. */
  attemptId: string;
  /** The same key is the same message: resends carry it again, so that mail systems drop doubles. */
  messageKey: string;
  /** E.164 number or email address. */
  to: string;
  /** The clinic's name, shown as the sender where the channel can show one. */
  clinicName: string;
  /** What the patient agreed to that this is for: marketing goes out from a sender of its own. */
  purpose: Purpose;
  content: MessageContent;
  /** Present instant and the last instant at which the message may still reach the patient. */
  now: Date;
  sendUntil: Date;
  /** RFC 8058 one-click address for this patient and channel. */
  unsubscribeUrl: string;
}

/** A message as it was handed to its provider: what the provider can know it by. */
export interface SentMessage {
  to: string;
  text: string;
  /** The provider's ids of earlier sends of the same, which are not the one that is asked about. */
  notThese: readonly string[];
}

/**
 * What a provider answers when asked whether it ever took a message: that it did, that it did not,
 * that it has no way to say, or nothing for now.
 */
export type LookupOutcome =
  | { kind: "found"; providerId: string }
  | { kind: "absent" }
  | { kind: "cannot_ask" }
  | { kind: "no_answer"; detail: string };

/** A way out of the house. Everything a caller needs to know is in the values it returns. */
export interface Channel {
  readonly name: ChannelName;
  readonly provider: "twilio" | "smtp" | "outbox";
  /** How many sends one process may have under way: as many as the provider answers in good time. */
  readonly atOnce: number;
  /** Sends once, without retrying. Never throws for anything the network or provider does. */
  send(message: OutgoingMessage): Promise<SendOutcome>;
  /** Asks whether a message whose send ended `unknown`, begun at `since`, was taken. */
  lookup(message: SentMessage, since: Date): Promise<LookupOutcome>;
  close(): Promise<void>;
}
