import type { Queries } from "./ledger.ts";
import { findAddresses, type PatientReach } from "./patients.ts";

/**
 * Locks patients of a clinic and all their reminders until the transaction ends: nobody else plans,
 * claims or records for them meanwhile. What makes plans again locks in this order: the address where
 * there is one, the patients by id, their reminders by id, all at once. What moves reminders alone
 * locks them by id. So no two wait for each other.
 */
export async function lockPatients(
  db: Queries,
  clinicId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .selectFrom("patients")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where("id", "in", ids)
    .orderBy("id")
    .forUpdate()
    .execute();
  await db
    .selectFrom("reminders")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "in", ids)
    .orderBy("id")
    .forUpdate()
    .execute();
}

/** Locks one patient; returns how the patient is reached, or undefined where the clinic has none such. */
export async function lockPatient(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<PatientReach | undefined> {
  await lockPatients(db, clinicId, [id]);
  return findAddresses(db, clinicId, id);
}

/** Locks the patients of reminders, before any of those is moved. */
export async function lockPatientsOf(
  db: Queries,
  clinicId: string,
  reminderIds: readonly string[],
): Promise<void> {
  if (reminderIds.length === 0) return;
  const rows = await db
    .selectFrom("reminders")
    .select("patient_id as id")
    .distinct()
    .where("clinic_id", "=", clinicId)
    .where("id", "in", reminderIds)
    .execute();
  await lockPatients(
    db,
    clinicId,
    rows.map(({ id }) => id),
  );
}
