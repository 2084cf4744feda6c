import type { Queries } from "./ledger.ts";

/**
 * Something that happened to a treatment or a reminder, or in a clinic, and who did it. In `detail`
 * people and what is known of them go by ids and names of fields: an event is never taken away.
 */
export interface Event {
  type: string;
  /**
   * `key:<id>` for a call over HTTP, `staff:<id>` for somebody who is signed in, `patient`, `command line` and `first start`, else the part of
   * the program: `worker`, `rescuer`.
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
  if (events.length === 0) return;
  await db
    .insertInto("events")
    .values(
      events.map((event) => ({
        clinic_id: event.clinicId,
        treatment_id: event.treatmentId,
        reminder_id: event.reminderId,
        type: event.type,
        actor: event.actor,
        detail: JSON.stringify(event.detail),
        at: event.at,
      })),
    )
    .execute();
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

/** What happened to one treatment of a clinic as a whole, oldest first. */
export function listTreatmentEvents(
  db: Queries,
  clinicId: string,
  treatmentId: string,
): Promise<Event[]> {
  return db
    .selectFrom("events")
    .select(["type", "actor", "detail", "at"])
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "=", treatmentId)
    .where("reminder_id", "is", null)
    .orderBy("id")
    .execute();
}
