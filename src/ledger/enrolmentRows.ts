import { type RawBuilder, sql } from "kysely";
import { consentsInsert, type NewConsent } from "./consents.ts";
import { consentTextsInsert, type UsedConsentText } from "./consentTexts.ts";
import { eventsInsert, type NewEvent } from "./events.ts";
import { gatherOn } from "./gather.ts";
import { keysInsert, type NewKey } from "./idempotency.ts";
import type { Queries } from "./ledger.ts";
import { type NewPatient, patientsInsert } from "./patients.ts";
import { type ReminderToKeep, remindersInsert } from "./reminders.ts";
import { type Treatment, treatmentsInsert } from "./treatments.ts";

/** All that an enrolment writes. */
export interface EnrolmentRows {
  patients: readonly NewPatient[];
  treatments: readonly Treatment[];
  reminders: readonly ReminderToKeep[];
  consents: readonly NewConsent[];
  consentTexts: readonly UsedConsentText[];
  events: readonly NewEvent[];
  keys: readonly NewKey[];
}

/** Writes them within a transaction, in one statement, and so in one round trip to the ledger. */
export async function writeRows(db: Queries, rows: EnrolmentRows): Promise<void> {
  await statementOf([rows]).execute(db);
}

/**
 * The same outside of any transaction, together with those of other enrolments that come at the same time:
 * of each all is kept, or nothing.
 */
export const writeRowsAtOnce = gatherOn<EnrolmentRows, void>(async (ledger, enrolments) => {
  await ledger.prepared("write enrolments", statementOf(enrolments));
  return enrolments.map(() => {});
});

/**
 * The writes see nothing of each other; that what they refer to is there is checked when all are done. Its
 * text is always the same.
 */
function statementOf(enrolments: readonly EnrolmentRows[]): RawBuilder<unknown> {
  const all = <Name extends keyof EnrolmentRows>(name: Name) =>
    enrolments.flatMap((rows) => rows[name] as EnrolmentRows[Name][number][]);
  // What is to be unique is in one order for all processes: two that wait for each other would be undone.
  const patients = inOrder(all("patients"), ({ clinicId, facts }) => [clinicId, facts.externalId]);
  const texts = inOrder(all("consentTexts"), ({ clinicId, version }) => [clinicId, version]);
  const keys = inOrder(all("keys"), ({ clinicId, key }) => [clinicId, key]);
  return sql`
    with new_patients as (${patientsInsert(patients)}),
      new_treatments as (${treatmentsInsert(all("treatments"))}),
      new_reminders as (${remindersInsert(all("reminders"))}),
      new_consents as (${consentsInsert(all("consents"))}),
      new_consent_texts as (${consentTextsInsert(texts)}),
      new_events as (${eventsInsert(all("events"))}),
      new_keys as (${keysInsert(keys)})
    select`;
}

function inOrder<Row>(rows: readonly Row[], by: (row: Row) => unknown): Row[] {
  const keyed = rows.map((row) => ({ row, key: JSON.stringify(by(row)) }));
  return keyed.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ row }) => row);
}
