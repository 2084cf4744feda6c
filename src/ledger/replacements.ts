import { sql } from "kysely";
import type { PlannedReminder } from "../domain/reminder.ts";
import type { Queries } from "./ledger.ts";

/** A reminder that may stand in another one's place. */
export interface Linked {
  id: string;
  treatmentId: string;
  step: string;
}

/**
 * The id of the reminder that stands in place of a planned one: of the first step that supersedes
 * it, or that says the same at the same moment. Null where no step of an active treatment does.
 */
export function replacementOf(
  { planned }: { planned: PlannedReminder },
  reminders: readonly Linked[],
): string | null {
  const [by] = planned.trace.supersededBy ?? [];
  if (by === undefined) return null;
  const found = reminders.find(
    ({ treatmentId, step }) => treatmentId === by.treatmentId && step === by.step,
  );
  return found?.id ?? null;
}

/**
 * The reminders in whose place a reminder stands, alone or with others: it says what they would have
 * said. By their traces, which name all that stand in a reminder's place.
 */
export async function replacedReminders(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select other.id
    from aftercare.reminders r
    join aftercare.reminders other
      on other.clinic_id = r.clinic_id and other.patient_id = r.patient_id
    where r.id = ${id} and r.clinic_id = ${clinicId} and r.kind = 'permission'
      and other.status = 'skipped' and other.status_reason in ('superseded', 'collapsed')
      and other.trace->'supersededBy' @> jsonb_build_array(
        jsonb_build_object('treatmentId', r.treatment_id, 'step', r.step))
    order by other.due_at, other.id`.execute(db);
  return rows.map((row) => row.id);
}
