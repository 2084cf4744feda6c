import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { InboundReading } from "../domain/inbound.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";
import { type Resumed, resumeWithin } from "./resume.ts";

/** What a patient wrote, as its clinic sees it. */
export interface InboxItem {
  id: string;
  clinicId: string;
  channel: ChannelName;
  /** The patient's number. */
  from: string;
  text: string;
  reading: InboundReading;
  /** Whether the clinic must know at once: an alarming word, or an answer that means as much. */
  alarm: boolean;
  /** The patients whom its alarm paused; empty where it is none. */
  alarmed: string[];
  /** What it was answered with at once; null where nothing was. */
  answer: string | null;
  receivedAt: Date;
  handledAt: Date | null;
  /** `key:<id>`, or `program` where nobody had to look at it. */
  handledBy: string | null;
  patient: {
    id: string;
    externalId: string | null;
    firstName: string;
    permissionsPausedAt: Date | null;
  } | null;
  /** The reminder that it most likely answers. */
  reminder: {
    id: string;
    treatmentId: string;
    step: string;
    status: ReminderStatus;
    dueAt: Date;
  } | null;
}

/** An item that was marked as handled, and what became of the pause that was to end with it. */
export interface HandledItem extends InboxItem, Omit<Resumed, "wasPaused"> {}

interface Row extends Omit<InboxItem, "alarm" | "patient" | "reminder"> {
  patientId: string | null;
  externalId: string | null;
  firstName: string | null;
  pausedAt: Date | null;
  reminderId: string | null;
  treatmentId: string | null;
  step: string | null;
  status: ReminderStatus | null;
  dueAt: Date | null;
}

/** A clinic's inbox, newest first, a page at a time; `handled` leaves out the others. */
export async function listInbox(
  db: Queries,
  clinicId: string,
  {
    handled,
    cursor,
    limit,
  }: { handled?: boolean | undefined; cursor: Cursor | null; limit: number },
): Promise<Page<InboxItem>> {
  const all = [sql`i.clinic_id = ${clinicId}`];
  if (handled !== undefined) {
    all.push(handled ? sql`i.handled_at is not null` : sql`i.handled_at is null`);
  }
  if (cursor !== null) {
    all.push(sql`(i.received_at, i.id) < (${cursor.at}, ${cursor.id}::uuid)`);
  }
  const items = await inboxItems(
    db,
    sql`${sql.join(all, sql` and `)} order by i.received_at desc, i.id desc limit ${limit + 1}`,
  );
  return pageOf(items, limit, (last) => ({ at: last.receivedAt, id: last.id }));
}

/**
 * Marks what a patient wrote as handled, and with `resume` lets the permissions go out again,
 * planned anew, of all patients whom it paused, and of its own: unless one of them has told of
 * another alarm that is still to be handled. One that was handled before keeps who it was. Undefined
 * where the clinic has no such message.
 */
export function handleInbound(
  ledger: Ledger,
  request: { clinicId: string; id: string; actor: string; resume: boolean },
  now: Date,
): Promise<HandledItem | undefined> {
  const { clinicId, id, actor, resume } = request;
  return ledger.db.transaction().execute(async (db) => {
    const found = () => inboxRows(db, sql`i.clinic_id = ${clinicId} and i.id = ${id}`);
    const [before] = await found();
    if (before === undefined) return undefined;
    const handled = await db
      .updateTable("inbound_messages")
      .set({ handled_at: now, handled_by: actor })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .where("handled_at", "is", null)
      .returning("id")
      .executeTakeFirst();
    const by = {
      clinicId,
      treatmentId: before.treatmentId,
      reminderId: before.reminderId,
      actor,
      at: now,
    };
    if (handled !== undefined) {
      await addEvents(db, [{ ...by, type: "handled", detail: { inboundId: id } }]);
    }
    const own = before.patientId === null ? [] : [before.patientId];
    const patientIds = resume ? [...new Set([...own, ...before.alarmed])] : [];
    const reason = "the text was handled";
    const pause = await resumeWithin(db, { clinicId, patientIds, actor, reason }, now);
    const [after = before] = await found();
    const { wasPaused: _, ...resumed } = pause;
    return { ...toItem(after), ...resumed };
  });
}

/** Messages of patients by what follows `where`, which speaks of the message as `i`. */
export async function inboxItems(db: Queries, where: ReturnType<typeof sql>): Promise<InboxItem[]> {
  return (await inboxRows(db, where)).map(toItem);
}

async function inboxRows(db: Queries, where: ReturnType<typeof sql>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select i.id, i.clinic_id as "clinicId", i.channel, i.address as "from", i.body as text,
      i.reading, i.alarmed, i.answer, i.received_at as "receivedAt",
      i.handled_at as "handledAt", i.handled_by as "handledBy",
      p.id as "patientId", p.external_id as "externalId", p.first_name as "firstName",
      p.permissions_paused_at as "pausedAt",
      r.id as "reminderId", r.treatment_id as "treatmentId", r.step, r.status,
      r.due_at as "dueAt"
    from aftercare.inbound_messages i
    left join aftercare.patients p on p.id = i.patient_id
    left join aftercare.reminders r on r.id = i.reminder_id
    where ${where}`.execute(db);
  return rows;
}

function toItem(row: Row): InboxItem {
  const { patientId, externalId, firstName, pausedAt, ...rest } = row;
  const { reminderId, treatmentId, step, status, dueAt, ...item } = rest;
  const patient =
    patientId === null
      ? null
      : { id: patientId, externalId, firstName: firstName ?? "", permissionsPausedAt: pausedAt };
  const known = reminderId !== null && treatmentId !== null && step !== null;
  const reminder =
    known && status !== null && dueAt !== null
      ? { id: reminderId, treatmentId, step, status, dueAt }
      : null;
  return { ...item, alarm: item.alarmed.length > 0, patient, reminder };
}
