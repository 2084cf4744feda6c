import { formatInZone } from "./localTime.ts";
import type { ReminderStatus } from "./reminder.ts";
import type { Refusal } from "./replay.ts";

/** The reminder that a refusal is about; `timeZone` is that of the patient's clocks. */
export interface RefusedReminder {
  status: ReminderStatus;
  timeZone: string;
}

/**
 * Why an action on a reminder is refused, and what to do instead, in words. `say` writes an instant;
 * left out, it is RFC 3339 with the patient's offset.
 */
export function refusalWords(
  { code, from }: Refusal,
  { status, timeZone }: RefusedReminder,
  say: (instant: Date, timeZone: string) => string = formatInZone,
): string {
  const when = from && say(from, timeZone);
  switch (code) {
    case "already_delivered":
      return "the message was delivered; there is nothing to send again";
    case "already_due":
      return "the reminder is due and is sent as soon as its turn comes";
    case "already_ended":
      return `the reminder is ${status} and waits no more; replay sends what can be sent again`;
    case "already_sending":
      return "the message is already on its way and cannot be stopped; look again in a minute";
    case "cancelled":
      return "the reminder or its treatment was cancelled, and that stands; enrol anew instead";
    case "collapsed":
    case "superseded":
      return "a later message on the same topic stands in its place; nothing needs to be sent";
    case "expired":
      return "by the next time it may be sent, the message is out of date; tell the patient yourself";
    case "in_doubt":
      return "it may have gone out, and the provider is being asked; look again in a few minutes";
    case "just_sent":
      return `the message has just been sent; if nothing comes, replay it from ${when} on`;
    case "no_address":
      return "no number or address takes its messages; enrol the patient's next visit with another";
    case "no_consent":
      return "the patient did not agree to such messages; enrol the next visit with the consent";
    case "not_ended":
      return "the reminder still waits to be sent; send-now makes it due at once";
    case "opted_out":
      return "the patient stopped these messages, and nobody else can allow them again";
    case "outside_window":
      return `the send window is closed where the patient is; it opens at ${when}`;
    case "paused":
      return "the patient told of an alarming sign; resume the patient's permissions first";
    case "too_early":
      return `its step becomes true at ${when}; it can be sent from then on`;
  }
}
