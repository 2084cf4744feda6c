import { sql } from "kysely";
import type { Queries } from "./ledger.ts";

/**
 * In SQL: whether an inbound message tells of an alarming sign and nobody has handled it. That is
 * the condition of an index, word for word.
 */
export const isOpenAlarm = sql<boolean>`handled_at is null and alarmed <> '{}'`;

/** How many alarms of a clinic nobody has handled yet. */
export async function countOpenAlarms(db: Queries, clinicId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from aftercare.inbound_messages
    where clinic_id = ${clinicId} and ${isOpenAlarm}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Patients' alarms that nobody has handled yet, each with whom it pauses. */
export async function openAlarmsOf(
  db: Queries,
  clinicId: string,
  patientIds: readonly string[],
): Promise<{ alarmed: string[] }[]> {
  const { rows } = await sql<{ alarmed: string[] }>`
    select alarmed from aftercare.inbound_messages
    where clinic_id = ${clinicId} and ${isOpenAlarm}
      and alarmed && ${[...patientIds]}::uuid[]`.execute(db);
  return rows;
}
