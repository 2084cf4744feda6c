import type { ClinicNotice } from "../channels/notice.ts";
import { formatInZone } from "../domain/localTime.ts";
import type { Notice } from "../ledger/dueNotices.ts";
import type { InboxItem } from "../ledger/inbox.ts";
import type { UntoldCorrection } from "../ledger/untoldCorrections.ts";

/** The mail to a clinic. Its subject, which phones show, names nobody. */
export function noticeMail(notice: Notice, to: string): ClinicNotice {
  const { id, clinicName, timeZone, matter } = notice;
  const [subject, lines] =
    matter.kind === "message"
      ? messageMail(matter.item, timeZone)
      : correctionMail(matter.correction, timeZone);
  return { key: `notice-${id}`, to, clinicName, subject, text: `${lines.join("\n")}\n` };
}

type Mail = [subject: string, lines: string[]];

function messageMail(item: InboxItem, timeZone: string): Mail {
  const { alarm, patient, reminder } = item;
  const subject = alarm ? "ALARM: a patient needs a call now" : "A patient has written";
  const lines = [
    `${nameOf(patient)}, ${item.from}, wrote at ${formatInZone(item.receivedAt, timeZone)}:`,
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
  return [subject, lines];
}

function correctionMail(correction: UntoldCorrection, timeZone: string): Mail {
  const { patient, protocol, step, topics, waitUntil, reason } = correction;
  const reached = [patient.phone, patient.email].filter((each) => each !== null);
  const until =
    waitUntil === null
      ? "Nobody but you can say until when."
      : `It is allowed from ${formatInZone(waitUntil, timeZone)} on.`;
  const lines = [
    `${[nameOf(patient), ...reached].join(", ")}, was told that this is allowed, and it is not:`,
    "",
    `> ${topics.join(", ")} (step "${step}" of ${protocol})`,
    "",
    until,
    "",
    `The message that says so did not reach the patient${reason === null ? "" : ` (${reason})`}, and`,
    "nothing else will be sent about it. Please call the patient.",
    "",
    `The message is the reminder ${correction.reminderId}.`,
  ];
  return ["CALL A PATIENT: a correction did not arrive", lines];
}

function nameOf(patient: { firstName: string; externalId: string | null } | null): string {
  const { firstName, externalId } = patient ?? { firstName: "A patient", externalId: null };
  return externalId === null ? firstName : `${firstName} (${externalId})`;
}

/** What a webhook is posted for, in the words of its body. */
const ALARM = "alarm";
const CORRECTION = "correction";

/** What a clinic's webhook is posted. */
export function noticePayload({ id, clinicId, matter }: Notice): object {
  // The same id again is the same notice, posted once more because no answer came.
  return matter.kind === "message"
    ? { type: ALARM, id, clinicId, ...alarmPayload(matter.item) }
    : { type: CORRECTION, id, clinicId, ...correctionPayload(matter.correction) };
}

function alarmPayload({ id, receivedAt, reading, from, text, patient, reminder }: InboxItem) {
  return {
    inboxId: id,
    receivedAt: receivedAt.toISOString(),
    reading,
    from,
    text,
    patient: patient && {
      id: patient.id,
      externalId: patient.externalId,
      firstName: patient.firstName,
    },
    reminder: reminder && { id: reminder.id, step: reminder.step },
  };
}

function correctionPayload({ waitUntil, ...correction }: UntoldCorrection) {
  return { ...correction, waitUntil: waitUntil?.toISOString() ?? null };
}
