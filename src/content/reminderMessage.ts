import type { ChannelName } from "../domain/channel.ts";
import { describeMoment } from "../domain/localTime.ts";
import type { MessageContent, Privacy } from "../domain/message.ts";
import type { Waits } from "../domain/waits.ts";
import type { Content } from "./content.ts";

/** What the message of a reminder is made of. */
export interface ReminderWords {
  protocol: string;
  step: string;
  channel: ChannelName;
  /** The patient's language tag; null where the clinic's is used. */
  locale: string | null;
  clinicLocale: string;
  privacy: Privacy;
  firstName: string;
  clinicName: string;
  clinicPhone: string | null;
  clinicPostalAddress: string | null;
  /** The zone of the patient's clocks. */
  timeZone: string;
  /** Of a retraction: the instant until which to wait, in ISO 8601; null where nobody can say. */
  waitUntil: string | null;
  waits: Waits;
  pageToken: string;
}

/**
 * The message of a reminder in the patient's language, saying as much as the clinic's privacy
 * allows. `unsubscribeUrl` is asked for only where the message has that link. Throws where the template
 * cannot be rendered, or is not there any more.
 */
export function renderReminder(
  content: Content,
  words: ReminderWords,
  { publicUrl, unsubscribeUrl }: { publicUrl: string; unsubscribeUrl: () => string },
): MessageContent {
  const { protocol, step, waitUntil, timeZone } = words;
  const { clinicLocale } = words;
  const asked = { protocol, step, locale: words.locale ?? clinicLocale, clinicLocale };
  // The moment in words, by the clocks and in the language of the patient.
  const until =
    waitUntil === null
      ? null
      : describeMoment(new Date(waitUntil), timeZone, content.dateLocale(asked));
  const request = {
    ...asked,
    privacy: words.privacy,
    variables: {
      patient: { firstName: words.firstName },
      clinic: {
        name: words.clinicName,
        phone: words.clinicPhone,
        postalAddress: words.clinicPostalAddress,
      },
      treatment: { title: content.protocols.get(protocol)?.title ?? protocol },
      wait: { until },
      waits: words.waits,
      get unsubscribeUrl() {
        return unsubscribeUrl();
      },
      pageUrl: `${publicUrl}/t/${words.pageToken}`,
    },
  };
  return words.channel === "sms" ? content.renderSms(request) : content.renderEmail(request);
}
