/** A word to a clinic about what a patient wrote; nothing that is ever sent to a patient. */
export interface ClinicNotice {
  /** The same key is the same notice: mail systems drop doubles by it. */
  key: string;
  /** The clinic's own mailbox. */
  to: string;
  clinicName: string;
  subject: string;
  text: string;
}

/** Whether a notice was taken. `code` holds no address and no text. */
export type NoticeOutcome = { kind: "sent" } | { kind: "failed"; code: string };

/** Who brings notices to clinics by email. Never throws for anything that the network does. */
export interface NoticeMailer {
  sendNotice(notice: ClinicNotice): Promise<NoticeOutcome>;
}
