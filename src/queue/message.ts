import type { OutgoingMessage } from "../channels/channel.ts";
import type { Content } from "../content/content.ts";
import { renderReminder } from "../content/reminderMessage.ts";
import { signUnsubscribeToken } from "../content/unsubscribeToken.ts";
import { purposeOf } from "../domain/consent.ts";
import type { Failure } from "../domain/outcome.ts";
import type { Claimed } from "../ledger/delivery.ts";

/** What turns a claimed reminder into a message. */
export interface MessageMaker {
  content: Content;
  publicUrl: string;
  linkKey: string;
}

/**
 * The message of a claimed reminder, rendered in the patient's language from the patient and clinic
 * as they are now, and saying as much as the clinic's privacy allows. Throws where the template
 * cannot be rendered.
 */
export function makeMessage(maker: MessageMaker, claimed: Claimed, now: Date): OutgoingMessage {
  const { patientId, channel, to: address } = claimed;
  let url: string | undefined;
  const unsubscribeUrl = () => {
    url ??= `${maker.publicUrl}/u/${signUnsubscribeToken({ patientId, channel, address }, maker.linkKey)}`;
    return url;
  };
  const content = renderReminder(maker.content, claimed, {
    publicUrl: maker.publicUrl,
    unsubscribeUrl,
  });
  return {
    attemptId: claimed.attemptId,
    messageKey: claimed.reminderId,
    to: claimed.to,
    clinicName: claimed.clinicName,
    purpose: purposeOf(claimed.kind),
    content,
    now,
    sendUntil: claimed.sendUntil,
    get unsubscribeUrl() {
      return unsubscribeUrl();
    },
  };
}

/**
 * Why a reminder must not be sent as it is, or null. A commercial email needs the sender's valid
 * physical postal address (CAN-SPAM, 15 U.S.C. 7704(a)(5)(A)(iii)); without one it fails where the
 * clinic sees it, and a text may still go in its place.
 */
export function mayNotSend({ kind, channel, clinicPostalAddress }: Claimed): Failure | null {
  if (purposeOf(kind) !== "rebook" || channel !== "email" || clinicPostalAddress) return null;
  return {
    kind: "permanent",
    code: "no_postal_address",
    detail: "a marketing email needs the clinic's postal address; nothing was sent",
    reason: "no_postal_address",
    dead: false,
  };
}
