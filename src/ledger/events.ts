import { type RawBuilder, sql } from "kysely";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";

/**
 * Something that happened to a treatment or a reminder, or in a clinic, and who did it. In `detail`
 * people and what is known of them go by ids and names of fields: an event is never taken away.
 */
export interface Event {
  type: string;
  /**
   * `key:<id>` for a call over HTTP, `staff:<id>` for a page, `patient`, `command line` and `first
   * start`, else the part of the program: `worker`, `rescuer`.
   */
  actor: string;
  detail: Record<string, unknown>;
  at: Date;
}

export interface NewEvent extends Event {
  clinicId: string;
  treatmentId: string | null;
  reminderId: string | null;
}

/** Writes events; within a transaction they stand or fall with it. */
export async function addEvents(db: Queries, events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0) await eventsInsert(events).execute(db);
}

/** The same in SQL, to be written with other things. */
export function eventsInsert(events: readonly NewEvent[]): RawBuilder<unknown> {
  const rows = events.map((event) => ({
    clinic_id: event.clinicId,
    treatment_id: event.treatmentId,
    reminder_id: event.reminderId,
    type: event.type,
    actor: event.actor,
    detail: event.detail,
    at: event.at,
  }));
  return sql`
    insert into aftercare.events (clinic_id, treatment_id, reminder_id, type, actor, detail, at)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as e(clinic_id uuid, treatment_id uuid, reminder_id uuid, type text, actor text, detail jsonb,
        at timestamptz)`;
}

/** The history of one reminder of a clinic, oldest first. */
export function listReminderEvents(
  db: Queries,
  clinicId: string,
  reminderId: string,
): Promise<Event[]> {
  return db
    .selectFrom("events")
    .select(["type", "actor", "detail", "at"])
    .where("clinic_id", "=", clinicId)
    .where("reminder_id", "=", reminderId)
    .orderBy("id")
    .execute();
}

/** An event of a clinic's history, with what it happened to. */
export interface ClinicEvent extends Event {
  id: string;
  treatmentId: string | null;
  reminderId: string | null;
}

/** Which events of a clinic: all that is given has to hold. `from` is included, `until` is not. */
export interface EventFilter {
  type?: string | undefined;
  actor?: string | undefined;
  treatmentId?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
}

/** A clinic's history, newest first, a page at a time. */
export async function listEvents(
  db: Queries,
  clinicId: string,
  filter: EventFilter,
  { cursor, limit }: { cursor: Cursor | null; limit: number },
): Promise<Page<ClinicEvent>> {
  const { type, actor, treatmentId, from, until } = filter;
  let query = db
    .selectFrom("events")
    .select([
      sql<string>`id::text`.as("id"),
      "treatment_id as treatmentId",
      "reminder_id as reminderId",
      "type",
      "actor",
      "detail",
      "at",
    ])
    .where("clinic_id", "=", clinicId);
  if (type !== undefined) query = query.where("type", "=", type);
  if (actor !== undefined) query = query.where("actor", "=", actor);
  if (treatmentId !== undefined) query = query.where("treatment_id", "=", treatmentId);
  if (from !== undefined) query = query.where("at", ">=", from);
  if (until !== undefined) query = query.where("at", "<", until);
  if (cursor !== null) {
    const { at, id } = cursor;
    query = query.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${id}::bigint)`);
  }
  const rows = await query
    .orderBy("at", "desc")
    .orderBy("events.id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, ({ at, id }) => ({ at, id }));
}

/** What happened to one treatment of a clinic as a whole, oldest first. */
export function listTreatmentEvents(
  db: Queries,
  clinicId: string,
  treatmentId: string,
): Promise<(Event & { id: number })[]> {
  return db
    .selectFrom("events")
    .select(["id", "type", "actor", "detail", "at"])
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "=", treatmentId)
    .where("reminder_id", "is", null)
    .orderBy("id")
    .execute();
}
