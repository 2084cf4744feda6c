import { sql } from "kysely";
import { type InboxItem, inboxItems, listInbox } from "./inbox.ts";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";

/** Somebody whom a text is of, or whose permissions its alarm paused. */
export interface Person {
  id: string;
  firstName: string;
  /** IANA; null where the clinic's holds. */
  timeZone: string | null;
  /** Since when no permission goes out; null where they do. */
  pausedAt: Date | null;
}

/** A text of a patient with all that staff have to know to act on it. */
export interface Letter extends InboxItem {
  /** Its patient first, then those who share the number and were paused by it. */
  people: Person[];
  /** The message that it most likely answers; the words are null where none was kept. */
  answered: { protocol: string; step: string; words: string | null; sentAt: Date | null } | null;
}

/** Where a page of open texts ends: alarms come before the others. */
export interface OpenCursor extends Cursor {
  alarm: boolean;
}

/** What nobody has handled yet: alarms first, and the newest first among them and the others. */
export async function listOpen(
  db: Queries,
  clinicId: string,
  { cursor, limit }: { cursor: OpenCursor | null; limit: number },
): Promise<{ items: Letter[]; next: OpenCursor | null }> {
  const after =
    cursor === null
      ? sql`true`
      : sql`((i.alarmed <> '{}'), i.received_at, i.id)
          < (${cursor.alarm}::boolean, ${cursor.at}, ${cursor.id}::uuid)`;
  const rows = await inboxItems(
    db,
    sql`i.clinic_id = ${clinicId} and i.handled_at is null and ${after}
      order by (i.alarmed <> '{}') desc, i.received_at desc, i.id desc limit ${limit + 1}`,
  );
  const page = pageOf(rows, limit, (last) => ({ at: last.receivedAt, id: last.id }));
  const last = page.items.at(-1);
  const next = page.next && last ? { ...page.next, alarm: last.alarm } : null;
  return { items: await withPeople(db, clinicId, page.items), next };
}

/** What has been handled, the last that came first. */
export async function listHandled(
  db: Queries,
  clinicId: string,
  request: { cursor: Cursor | null; limit: number },
): Promise<Page<Letter>> {
  const page = await listInbox(db, clinicId, { ...request, handled: true });
  return { ...page, items: await withPeople(db, clinicId, page.items) };
}

/**
 * What is open, came at `since` or later and is not among `shown`: by names and not by time alone,
 * because of two texts the one that came first may be kept last.
 */
export async function listNew(
  db: Queries,
  clinicId: string,
  { since, shown, limit }: { since: Date; shown: readonly string[]; limit: number },
): Promise<Letter[]> {
  const items = await inboxItems(
    db,
    sql`i.clinic_id = ${clinicId} and i.handled_at is null and i.received_at >= ${since}
      and i.id <> all(${[...shown]}::uuid[])
      order by i.received_at desc, i.id desc limit ${limit}`,
  );
  return withPeople(db, clinicId, items);
}

async function withPeople(
  db: Queries,
  clinicId: string,
  items: readonly InboxItem[],
): Promise<Letter[]> {
  const people = await peopleOf(db, clinicId, items.flatMap(patientIdsOf));
  const asked = await answeredOf(
    db,
    clinicId,
    items.flatMap(({ reminder }) => reminder?.id ?? []),
  );
  return items.map((item) => ({
    ...item,
    people: patientIdsOf(item).flatMap((id) => people.get(id) ?? []),
    answered: asked.get(item.reminder?.id ?? "") ?? null,
  }));
}

function patientIdsOf({ patient, alarmed }: InboxItem): string[] {
  return [...new Set([...(patient === null ? [] : [patient.id]), ...alarmed])];
}

async function peopleOf(
  db: Queries,
  clinicId: string,
  ids: readonly string[],
): Promise<Map<string, Person>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("patients")
    .select(["id", "first_name", "time_zone", "permissions_paused_at"])
    .where("clinic_id", "=", clinicId)
    .where("id", "in", [...new Set(ids)])
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        firstName: row.first_name,
        timeZone: row.time_zone,
        pausedAt: row.permissions_paused_at,
      },
    ]),
  );
}

async function answeredOf(
  db: Queries,
  clinicId: string,
  reminderIds: readonly string[],
): Promise<Map<string, NonNullable<Letter["answered"]>>> {
  type Row = NonNullable<Letter["answered"]> & { id: string };
  const { rows } = await sql<Row>`
    select r.id, r.step, t.protocol, a.body as words, a.started_at as "sentAt"
    from aftercare.reminders r
    join aftercare.treatments t on t.id = r.treatment_id
    left join lateral (
      select body, started_at from aftercare.attempts
      where reminder_id = r.id and clinic_id = r.clinic_id and channel = 'sms'
      order by dispatch_no desc limit 1) a on true
    where r.clinic_id = ${clinicId} and r.id = any(${[...new Set(reminderIds)]}::uuid[])`.execute(
    db,
  );
  return new Map(rows.map(({ id, ...rest }) => [id, rest]));
}
