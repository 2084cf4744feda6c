import { sql } from "kysely";
import { CANCELLABLE, type PlannedReminder, type ReminderStatus } from "../domain/reminder.ts";
import { AppError } from "../errors.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";

/** One planned message as stored. */
export interface Reminder extends Omit<PlannedReminder, "status" | "statusReason"> {
  id: string;
  treatmentId: string;
  patientId: string;
  status: ReminderStatus;
  statusReason: string | null;
  /** The zone in which its local time is told. */
  timeZone: string;
}

/** The treatment that a plan belongs to. */
interface PlannedFor {
  id: string;
  clinicId: string;
  patientId: string;
  timeZone: string;
}

/** Stores the plan of a treatment; the result is in the plan's order. */
export async function insertReminders(
  db: Queries,
  treatment: PlannedFor,
  planned: readonly PlannedReminder[],
  now: Date,
): Promise<Reminder[]> {
  const rows = await db
    .insertInto("reminders")
    .values(
      planned.map((reminder, position) => ({
        clinic_id: treatment.clinicId,
        treatment_id: treatment.id,
        patient_id: treatment.patientId,
        step: reminder.step,
        position,
        kind: reminder.kind,
        topics: reminder.topics,
        channel: reminder.channel,
        channels: reminder.channels,
        due_at: reminder.dueAt,
        send_until: reminder.sendUntil,
        expires_at: reminder.expiresAt,
        status: reminder.status,
        status_reason: reminder.statusReason,
        taken_at: null,
        trace: JSON.stringify(reminder.trace),
        created_at: now,
        updated_at: now,
      })),
    )
    .returning(["id", "position"])
    .execute();
  const ids = new Map(rows.map((row) => [row.position, row.id]));
  return planned.map((reminder, position) => ({
    ...reminder,
    id: ids.get(position) ?? "",
    treatmentId: treatment.id,
    patientId: treatment.patientId,
    timeZone: treatment.timeZone,
  }));
}

/** One reminder of a clinic, or undefined. */
export async function findReminder(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<Reminder | undefined> {
  const row = await reminderRows(db, clinicId).where("reminders.id", "=", id).executeTakeFirst();
  return row && toReminder(row);
}

/** The reminders of a treatment, in the order of its protocol. */
export async function listTreatmentReminders(
  db: Queries,
  clinicId: string,
  treatmentId: string,
): Promise<Reminder[]> {
  const rows = await reminderRows(db, clinicId)
    .where("treatment_id", "=", treatmentId)
    .orderBy("position")
    .execute();
  return rows.map(toReminder);
}

/** Which reminders to list; `from` is included and `to` is not. */
export interface ReminderFilter {
  status?: ReminderStatus | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  patientId?: string | undefined;
  treatmentId?: string | undefined;
  cursor: Cursor | null;
  limit: number;
}

/** A clinic's reminders by due time, earliest first, a page at a time. */
export async function listReminders(
  db: Queries,
  clinicId: string,
  filter: ReminderFilter,
): Promise<Page<Reminder>> {
  let query = reminderRows(db, clinicId);
  if (filter.status !== undefined) query = query.where("reminders.status", "=", filter.status);
  if (filter.from !== undefined) query = query.where("due_at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("due_at", "<", filter.to);
  if (filter.patientId !== undefined) {
    query = query.where("reminders.patient_id", "=", filter.patientId);
  }
  if (filter.treatmentId !== undefined)
    query = query.where("treatment_id", "=", filter.treatmentId);
  if (filter.cursor !== null) {
    const { at, id } = filter.cursor;
    query = query.where(sql<boolean>`(reminders.due_at, reminders.id) > (${at}, ${id}::uuid)`);
  }
  const rows = await query
    .orderBy("due_at")
    .orderBy("reminders.id")
    .limit(filter.limit + 1)
    .execute();
  return pageOf(rows.map(toReminder), filter.limit, (last) => ({ at: last.dueAt, id: last.id }));
}

/**
 * Cancels one unsent reminder: nothing claims it after this resolves. Cancelling twice is the same
 * as once. Undefined where the clinic has no such reminder; throws AppError `already_sending` while
 * it is leaving, `already_ended` once it has ended otherwise.
 */
export function cancelReminder(
  ledger: Ledger,
  request: { clinicId: string; id: string; reason: string; actor: string },
  now: Date,
): Promise<Reminder | undefined> {
  const { clinicId, id, reason, actor } = request;
  return ledger.db.transaction().execute(async (db) => {
    const [cancelled] = await cancelReminders(db, { clinicId, id }, now);
    const reminder = await findReminder(db, clinicId, id);
    if (reminder === undefined) return undefined;
    if (cancelled === undefined && reminder.status !== "cancelled") throw refusal(reminder.status);
    if (cancelled !== undefined) {
      await addEvents(db, [
        {
          clinicId,
          treatmentId: reminder.treatmentId,
          reminderId: id,
          type: "cancelled",
          actor,
          detail: { reason },
          at: now,
        },
      ]);
    }
    return reminder;
  });
}

/** Cancels what can still be stopped of one reminder or of one treatment; returns the ids. */
export async function cancelReminders(
  db: Queries,
  which: { clinicId: string; id: string } | { clinicId: string; treatmentId: string },
  now: Date,
): Promise<string[]> {
  // Locked first: one that is being recorded just now is seen as what it becomes.
  const locked = await db
    .selectFrom("reminders")
    .select(["id", "status"])
    .where("clinic_id", "=", which.clinicId)
    .where("id" in which ? "id" : "treatment_id", "=", "id" in which ? which.id : which.treatmentId)
    .orderBy("id")
    .forUpdate()
    .execute();
  const ids = locked.filter(({ status }) => CANCELLABLE.includes(status)).map(({ id }) => id);
  if (ids.length === 0) return [];
  await db
    .updateTable("reminders")
    .set({ status: "cancelled", updated_at: now })
    .where("clinic_id", "=", which.clinicId)
    .where("id", "in", ids)
    .execute();
  return ids;
}

function refusal(status: ReminderStatus): AppError {
  return status === "sending" || status === "unknown"
    ? new AppError("already_sending", "the message is already on its way and cannot be stopped")
    : new AppError("already_ended", `the reminder is ${status} and cannot be cancelled`);
}

function reminderRows(db: Queries, clinicId: string) {
  return db
    .selectFrom("reminders")
    .innerJoin("treatments", "treatments.id", "reminders.treatment_id")
    .selectAll("reminders")
    .select("treatments.time_zone")
    .where("reminders.clinic_id", "=", clinicId);
}

type ReminderRow = Awaited<ReturnType<ReturnType<typeof reminderRows>["executeTakeFirstOrThrow"]>>;

function toReminder(row: ReminderRow): Reminder {
  return {
    id: row.id,
    treatmentId: row.treatment_id,
    patientId: row.patient_id,
    step: row.step,
    kind: row.kind,
    topics: row.topics,
    channel: row.channel,
    channels: row.channels,
    dueAt: row.due_at,
    sendUntil: row.send_until,
    expiresAt: row.expires_at,
    status: row.status,
    statusReason: row.status_reason,
    timeZone: row.time_zone,
    trace: row.trace,
  };
}
