import { randomUUID } from "node:crypto";
import type { ClinicNotice } from "../channels/notice.ts";
import { INVITATION_DAYS } from "../ledger/invitations.ts";

/** The email that brings somebody the link by which they set a new password. */
export function resetMail(to: { name: string; email: string }, link: string): ClinicNotice {
  return {
    key: `password-${randomUUID()}`,
    to: to.email,
    clinicName: "Aftercare",
    subject: "Your new password for Aftercare",
    text: [
      `Hello ${to.name},`,
      "somebody, you we hope, asked for a new password. Set it here, within the next hour:",
      link,
      "If it was not you, nothing has changed, and nothing needs to be done.",
    ].join("\n\n"),
  };
}

/** The email that brings somebody the link of their invitation. */
export function invitationMail(to: string, clinicName: string, link: string): ClinicNotice {
  return {
    key: `invitation-${randomUUID()}`,
    to,
    clinicName,
    subject: `You are invited to Aftercare at ${clinicName}`,
    text: [
      `${clinicName} invites you to work with Aftercare. Choose your password here:`,
      link,
      `The link opens for ${INVITATION_DAYS} days, and once.`,
    ].join("\n\n"),
  };
}
