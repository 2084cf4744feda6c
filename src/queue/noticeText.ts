import type { ClinicNotice } from "../channels/notice.ts";
import { formatInZone } from "../domain/localTime.ts";
import type { Notice } from "../ledger/notices.ts";

/** The mail to a clinic about what a patient wrote. Its subject, which phones show, names nobody. */
export function noticeMail(notice: Notice, to: string): ClinicNotice {
  const { item, clinicName, timeZone } = notice;
  const { alarm, patient, reminder } = item;
  const who = patient === null ? "A patient" : patient.firstName;
  const known = patient?.externalId ? ` (${patient.externalId})` : "";
  const lines = [
    `${who}${known}, ${item.from}, wrote at ${formatInZone(item.receivedAt, timeZone)}:`,
    "",
    ...item.text.split(/\r?\n/).map((line) => `> ${line}`),
    "",
    ...(reminder === null ? [] : [`It most likely answers the message "${reminder.step}".`]),
    item.answer === null ? "Nothing was answered." : `It was answered with: ${item.answer}`,
    ...(alarm
      ? ["", "It sounds alarming: please call. The patient gets no more permissions until then."]
      : []),
    "",
    `In the inbox it is ${item.id}.`,
  ];
  return {
    key: `notice-${notice.id}`,
    to,
    clinicName,
    subject: alarm ? "ALARM: a patient needs a call now" : "A patient has written",
    text: `${lines.join("\n")}\n`,
  };
}

/** What a webhook is posted for, in the words of its body. */
const ALARM = "alarm";

/** What a clinic's webhook is posted about an alarm. */
export function noticePayload({ id, item }: Notice): object {
  const { patient, reminder } = item;
  return {
    type: ALARM,
    // The same again is the same alarm, posted once more because no answer came.
    id,
    clinicId: item.clinicId,
    inboxId: item.id,
    receivedAt: item.receivedAt.toISOString(),
    reading: item.reading,
    from: item.from,
    text: item.text,
    patient: patient && {
      id: patient.id,
      externalId: patient.externalId,
      firstName: patient.firstName,
    },
    reminder: reminder && { id: reminder.id, step: reminder.step },
  };
}
