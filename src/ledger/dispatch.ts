import { sql } from "kysely";
import type { Ticket } from "../domain/claim.ts";
import type { Ledger } from "./ledger.ts";

/** A reminder handed to the queue: its ticket, and when the job is to run. */
export interface Dispatched extends Ticket {
  dueAt: Date;
}

/**
 * Hands over at most `limit` scheduled reminders that are due by `horizon`, the most overdue first:
 * each gets the next dispatch number. Dispatchers beside one another take different rows.
 */
export async function takeDue(
  ledger: Ledger,
  horizon: Date,
  limit: number,
  now: Date,
): Promise<Dispatched[]> {
  const taken = await sql<Dispatched>`
    with due as (
      select id from aftercare.reminders
      where status = 'scheduled' and due_at <= ${horizon}
      order by due_at limit ${limit}
      for update skip locked
    )
    update aftercare.reminders r
    set status = 'queued', dispatch_no = dispatch_no + 1, taken_at = ${now}, updated_at = ${now}
    from due where r.id = due.id
    returning r.id as "reminderId", r.dispatch_no as "dispatchNo", r.due_at as "dueAt"`.execute(
    ledger.db,
  );
  return taken.rows;
}
