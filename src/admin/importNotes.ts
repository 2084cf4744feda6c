import type { Enrolment } from "../domain/enrolment.ts";
import type { RowProblem } from "../domain/importRow.ts";
import { readPhone } from "../domain/phone.ts";
import type { Warning } from "../domain/warnings.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Previewed } from "../ledger/enrolmentPlan.ts";
import { takesNoTexts } from "./enrolPreview.tsx";

/** What each warning says of a row; null where the counts of the file say it, or nobody can change it. */
const WARNED: Record<Warning["code"], string | null> = {
  permission_too_early:
    "makes something wait that an earlier treatment has permitted, and no message says so: tell the patient",
  permission_taken_back:
    "makes something wait that an earlier treatment has permitted: a message will tell the patient",
  entered_twice:
    "is within an hour of the same treatment of this patient: if it was entered twice, take this row out of the file",
  opted_out: "is of a patient who has stopped messages: these are not sent",
  dead_address: "has a number or an address that is known to take no messages: ask for another",
  permissions_paused: "is of a patient who told of an alarming sign: permissions wait",
  nothing_will_be_sent: null,
  no_consent: null,
  no_address: null,
  overlapping_treatment: null,
  daily_cap: null,
  entered_late: null,
};

/** What to know of a row before it is enrolled: what a front desk would be told beside the form. */
export function notesOf(
  plan: Previewed,
  { consent, patient }: Enrolment,
  clinic: Clinic,
): RowProblem[] {
  const notes = plan.warnings.flatMap(({ code }): RowProblem[] => {
    const message = WARNED[code];
    return message === null ? [] : [{ field: "row", message }];
  });
  const replaced = plan.replacedFacts.map((field): RowProblem => {
    return { field, message: "is not what is known of this patient, and will take its place" };
  });
  const phone = patient.phone === null ? null : readPhone(patient.phone, clinic.region);
  const landline: RowProblem[] =
    phone !== null && consent.care.includes("sms") && takesNoTexts(phone)
      ? [{ field: "phone", message: "is no mobile, and takes no texts" }]
      : [];
  return [...notes, ...replaced, ...landline];
}
