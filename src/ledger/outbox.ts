import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";

/** A message that would have been sent, where there were a provider to send it. */
export interface OutboxMessage {
  /** That of its attempt. */
  id: string;
  reminderId: string;
  channel: ChannelName;
  /** Of an email. */
  subject: string | null;
  text: string;
  at: Date;
  firstName: string;
}

/** What a clinic's outbox kept, newest first, a page at a time. */
export async function listOutbox(
  db: Queries,
  clinicId: string,
  { cursor, limit }: { cursor: Cursor | null; limit: number },
): Promise<Page<OutboxMessage>> {
  let query = db
    .selectFrom("attempts")
    .innerJoin("reminders", "reminders.id", "attempts.reminder_id")
    .innerJoin("patients", "patients.id", "reminders.patient_id")
    .select([
      "attempts.id",
      "attempts.reminder_id as reminderId",
      "attempts.channel",
      "attempts.subject",
      sql<string>`coalesce(attempts.body, '')`.as("text"),
      "attempts.started_at as at",
      "patients.first_name as firstName",
    ])
    .where("attempts.clinic_id", "=", clinicId)
    .where("attempts.provider", "=", "outbox");
  if (cursor !== null) {
    const { at, id } = cursor;
    query = query.where(
      sql<boolean>`(attempts.started_at, attempts.id) < (${at}::timestamptz, ${id}::uuid)`,
    );
  }
  const rows = await query
    .orderBy("attempts.started_at", "desc")
    .orderBy("attempts.id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, ({ at, id }) => ({ at, id }));
}
