import type { OutgoingMessage } from "../channels/channel.ts";
import type { Content } from "../content/content.ts";
import { signUnsubscribeToken } from "../content/unsubscribeToken.ts";
import type { Claimed } from "../ledger/delivery.ts";

/** What turns a claimed reminder into a message. */
export interface MessageMaker {
  content: Content;
  publicUrl: string;
  linkKey: string;
}

/**
 * The message of a claimed reminder, rendered in the patient's language from the patient and clinic
 * as they are now. Throws where the template cannot be rendered.
 */
export function makeMessage(maker: MessageMaker, claimed: Claimed, now: Date): OutgoingMessage {
  const { patientId, channel, protocol, step } = claimed;
  const token = signUnsubscribeToken({ patientId, channel }, maker.linkKey);
  const unsubscribeUrl = `${maker.publicUrl}/u/${token}`;
  const request = {
    protocol,
    step,
    locale: claimed.locale ?? claimed.clinicLocale,
    clinicLocale: claimed.clinicLocale,
    variables: {
      patient: { firstName: claimed.firstName },
      clinic: { name: claimed.clinicName, phone: claimed.clinicPhone },
      treatment: { title: maker.content.protocols.get(protocol)?.title ?? protocol },
      unsubscribeUrl,
      pageUrl: `${maker.publicUrl}/t/${claimed.pageToken}`,
    },
  };
  const content =
    channel === "sms" ? maker.content.renderSms(request) : maker.content.renderEmail(request);
  return {
    attemptId: claimed.attemptId,
    messageKey: claimed.reminderId,
    to: claimed.to,
    clinicName: claimed.clinicName,
    content,
    now,
    sendUntil: claimed.sendUntil,
    unsubscribeUrl,
  };
}
