import { type RawBuilder, sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { localZoneOf, type PlannedReminder, type ReminderStatus } from "../domain/reminder.ts";
import { newId } from "./id.ts";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";
import { packTrace, type TraceFacts, unpackTrace } from "./traces.ts";

/** One planned message as stored. */
export interface Reminder extends Omit<PlannedReminder, "status" | "statusReason"> {
  id: string;
  treatmentId: string;
  patientId: string;
  status: ReminderStatus;
  statusReason: string | null;
  /** The reminder that says what this one would have said. */
  replacedBy: string | null;
  /** The zone of the patient's clocks now, in which its local time is told. */
  timeZone: string;
}

/** A reminder to store, and the one that stands in its place, if one does. */
export interface NewReminder {
  planned: PlannedReminder;
  replacedBy: string | null;
}

/** New reminders of a treatment, in the order of `planned`. */
export function newReminders(
  treatment: { id: string; patientId: string },
  planned: readonly NewReminder[],
): Reminder[] {
  return planned.map(({ planned: reminder, replacedBy }) => ({
    ...reminder,
    id: newId(),
    replacedBy,
    treatmentId: treatment.id,
    patientId: treatment.patientId,
    timeZone: localZoneOf(reminder.trace),
  }));
}

/** A new reminder with what its row needs to know of its treatment. */
export interface ReminderToKeep {
  clinicId: string;
  reminder: Reminder;
  /** Its place among those of its treatment, from 0 on. */
  position: number;
  treatment: TraceFacts;
  createdAt: Date;
}

/** In SQL: keeps new reminders. */
export function remindersInsert(reminders: readonly ReminderToKeep[]): RawBuilder<unknown> {
  const rows = reminders.map(({ clinicId, reminder, position, treatment, createdAt }) => ({
    clinic_id: clinicId,
    id: reminder.id,
    treatment_id: reminder.treatmentId,
    patient_id: reminder.patientId,
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
    replaced_by: reminder.replacedBy,
    trace: packTrace(reminder.trace, treatment),
    created_at: createdAt,
  }));
  return sql`
    insert into aftercare.reminders (clinic_id, id, treatment_id, patient_id, step, position, kind,
      topics, channel, channels, due_at, send_until, expires_at, status, status_reason, replaced_by,
      trace, created_at, updated_at)
    select *, created_at from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(clinic_id uuid, id uuid, treatment_id uuid, patient_id uuid, step text, position smallint,
        kind text, topics text[], channel text, channels text[], due_at timestamptz,
        send_until timestamptz, expires_at timestamptz, status text, status_reason text,
        replaced_by uuid, trace jsonb, created_at timestamptz)`;
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

/** A reminder as somebody at a desk knows it: whose it is, and what it says when. */
export interface NamedReminder extends Pick<Reminder, "id" | "step" | "channel" | "dueAt"> {
  firstName: string;
  protocol: string;
}

/** Reminders of a clinic by their ids, by due time. */
export async function nameReminders(
  db: Queries,
  clinicId: string,
  ids: readonly string[],
): Promise<NamedReminder[]> {
  const { rows } = await sql<NamedReminder>`
    select r.id, r.step, r.channel, r.due_at as "dueAt", t.protocol,
      p.first_name as "firstName"
    from aftercare.reminders r
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.patients p on p.id = r.patient_id
    where r.clinic_id = ${clinicId} and r.id = any(${[...ids]}::uuid[])
    order by r.due_at, r.id`.execute(db);
  return rows;
}

/** Which reminders are meant; by due time `from` is included and `to` is not. */
export interface ReminderFilter {
  status?: readonly ReminderStatus[] | undefined;
  statusReason?: string | undefined;
  step?: string | undefined;
  channel?: ChannelName | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  patientId?: string | undefined;
  treatmentId?: string | undefined;
}

/** A clinic's reminders by due time, earliest first, a page at a time. */
export async function listReminders(
  db: Queries,
  clinicId: string,
  filter: ReminderFilter,
  { cursor, limit }: { cursor: Cursor | null; limit: number },
): Promise<Page<Reminder>> {
  const rows = await reminderRows(db, clinicId)
    .where(matching(filter, cursor))
    .orderBy("due_at")
    .orderBy("reminders.id")
    .limit(limit + 1)
    .execute();
  return pageOf(rows.map(toReminder), limit, (last) => ({ at: last.dueAt, id: last.id }));
}

/** In SQL: whether a reminder is meant by `filter`, and comes after `cursor` by due time. */
export function matching(filter: ReminderFilter, cursor: Cursor | null): RawBuilder<boolean> {
  const { status, statusReason, step, channel, from, to, patientId, treatmentId } = filter;
  const all = [sql`true`];
  if (status !== undefined) all.push(sql`reminders.status = any(${[...status]}::text[])`);
  if (statusReason !== undefined) all.push(sql`reminders.status_reason = ${statusReason}`);
  if (step !== undefined) all.push(sql`reminders.step = ${step}`);
  if (channel !== undefined) all.push(sql`reminders.channel = ${channel}`);
  if (from !== undefined) all.push(sql`reminders.due_at >= ${from}`);
  if (to !== undefined) all.push(sql`reminders.due_at < ${to}`);
  if (patientId !== undefined) all.push(sql`reminders.patient_id = ${patientId}`);
  if (treatmentId !== undefined) all.push(sql`reminders.treatment_id = ${treatmentId}`);
  if (cursor !== null) {
    const { at, id } = cursor;
    all.push(sql`(reminders.due_at, reminders.id) > (${at}, ${id}::uuid)`);
  }
  return sql<boolean>`${sql.join(all, sql` and `)}`;
}

function reminderRows(db: Queries, clinicId: string) {
  return db
    .selectFrom("reminders")
    .innerJoin("patients", "patients.id", "reminders.patient_id")
    .innerJoin("treatments", "treatments.id", "reminders.treatment_id")
    .innerJoin("clinics", "clinics.id", "reminders.clinic_id")
    .selectAll("reminders")
    .select(["treatments.protocol", "treatments.protocol_version"])
    .select("treatments.time_zone as enrolled_in")
    .select(sql<string>`coalesce(patients.time_zone, clinics.time_zone)`.as("time_zone"))
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
    replacedBy: row.replaced_by,
    timeZone: row.time_zone,
    trace: unpackTrace(row.trace, {
      protocol: { name: row.protocol, version: row.protocol_version },
      timeZone: row.enrolled_in,
    }),
  };
}
