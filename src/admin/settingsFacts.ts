import type { ClinicChanges } from "../ledger/clinics.ts";

/** How people read the names of a clinic's facts. */
export const FACT_NAMES: Readonly<Record<string, string>> = {
  name: "name",
  phone: "phone",
  email: "email for replies",
  postalAddress: "postal address",
  locale: "language",
  privacy: "privacy",
  sendWindow: "hours of sending",
  rebookWindow: "hours of marketing",
  dailyCap: "messages a day",
  emergencyText: "answer to an emergency",
  webhookUrl: "webhook",
  webhookSecret: "secret of the webhook",
} satisfies Record<keyof ClinicChanges, string>;
