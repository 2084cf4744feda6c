import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { DAY_MS } from "../domain/localTime.ts";
import type { Overrides } from "../domain/overrides.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import { actOn } from "./actions.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";
import { listTreatmentReminders, type Reminder } from "./reminders.ts";

/** A procedure done on a patient at `performedAt`. */
export interface Treatment {
  id: string;
  clinicId: string;
  patientId: string;
  protocol: { name: string; version: number };
  performedAt: Date;
  /** The zone that the plan was made in. */
  timeZone: string;
  channels: ChannelName[];
  status: "active" | "cancelled";
  overrides: Overrides;
  /** Opens the patient's own page, until it expires. */
  pageToken: string;
  pageExpiresAt: Date;
  createdAt: Date;
}

/** How long a patient's page outlives the last of its messages, in milliseconds. */
const PAGE_OUTLIVES_MS = 30 * DAY_MS;

/** When the page of a treatment closes, by when the last of its messages goes stale. */
export function pageExpiry(lastExpiresAt: Date): Date {
  return new Date(lastExpiresAt.getTime() + PAGE_OUTLIVES_MS);
}

export async function insertTreatment(
  db: Queries,
  treatment: Omit<Treatment, "id" | "status" | "pageToken">,
): Promise<Treatment> {
  const pageToken = randomBytes(16).toString("base64url");
  const row = await db
    .insertInto("treatments")
    .values({
      clinic_id: treatment.clinicId,
      patient_id: treatment.patientId,
      protocol: treatment.protocol.name,
      protocol_version: treatment.protocol.version,
      performed_at: treatment.performedAt,
      time_zone: treatment.timeZone,
      channels: treatment.channels,
      overrides: JSON.stringify(treatment.overrides),
      page_token: pageToken,
      page_expires_at: treatment.pageExpiresAt,
      created_at: treatment.createdAt,
    })
    .returning(["id", "status"])
    .executeTakeFirstOrThrow();
  return { ...treatment, id: row.id, status: row.status, pageToken };
}

/** One treatment of a clinic, or undefined. */
export async function findTreatment(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<Treatment | undefined> {
  const row = await treatmentColumns(db, clinicId).where("id", "=", id).executeTakeFirst();
  return row && toTreatment(row);
}

/** A clinic's treatments, newest first, a page at a time. */
export async function listTreatments(
  db: Queries,
  clinicId: string,
  filter: { patientId?: string | undefined; cursor: Cursor | null; limit: number },
): Promise<Page<Treatment>> {
  let query = treatmentColumns(db, clinicId);
  if (filter.patientId !== undefined) query = query.where("patient_id", "=", filter.patientId);
  if (filter.cursor !== null) {
    const { at, id } = filter.cursor;
    query = query.where(sql<boolean>`(created_at, id) < (${at}, ${id}::uuid)`);
  }
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(filter.limit + 1)
    .execute();
  return pageOf(rows.map(toTreatment), filter.limit, (last) => ({
    at: last.createdAt,
    id: last.id,
  }));
}

/** What a cancel came to: what it stopped, and what had already left or was leaving. */
export interface CancelledTreatment {
  treatment: Treatment;
  cancelled: number;
  alreadySending: number;
  reminders: Reminder[];
}

/**
 * Cancels all of a treatment that is unsent, in one transaction: nothing of it is claimed after
 * this resolves. Cancelling again cancels what is left. Undefined where the clinic has no such
 * treatment.
 */
export function cancelTreatment(
  ledger: Ledger,
  request: { clinicId: string; id: string; reason: string; actor: string },
  now: Date,
): Promise<CancelledTreatment | undefined> {
  const { clinicId, id, reason, actor } = request;
  return ledger.db.transaction().execute(async (db) => {
    const found = await db
      .updateTable("treatments")
      .set({ status: "cancelled" })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .returning("id")
      .executeTakeFirst();
    if (found === undefined) return undefined;
    await addEvents(db, [
      {
        clinicId,
        treatmentId: id,
        reminderId: null,
        type: "treatment cancelled",
        actor,
        detail: { reason },
        at: now,
      },
    ]);
    const all = await listTreatmentReminders(db, clinicId, id);
    const decided = await actOn(
      db,
      { clinicId, action: "cancel", reason, actor },
      all.map((reminder) => reminder.id),
      now,
    );
    const cancelled = decided.filter(({ decision }) => decision.kind === "move").length;
    const treatment = await findTreatment(db, clinicId, id);
    const reminders = await listTreatmentReminders(db, clinicId, id);
    const alreadySending = reminders.filter(({ status }) => onItsWay(status)).length;
    return treatment && { treatment, cancelled, alreadySending, reminders };
  });
}

function onItsWay(status: ReminderStatus): boolean {
  return status === "sending" || status === "unknown";
}

function treatmentColumns(db: Queries, clinicId: string) {
  return db.selectFrom("treatments").selectAll().where("clinic_id", "=", clinicId);
}

type TreatmentRow = Awaited<
  ReturnType<ReturnType<typeof treatmentColumns>["executeTakeFirstOrThrow"]>
>;

function toTreatment(row: TreatmentRow): Treatment {
  return {
    id: row.id,
    clinicId: row.clinic_id,
    patientId: row.patient_id,
    protocol: { name: row.protocol, version: row.protocol_version },
    performedAt: row.performed_at,
    timeZone: row.time_zone,
    channels: row.channels,
    status: row.status,
    overrides: row.overrides,
    pageToken: row.page_token,
    pageExpiresAt: row.page_expires_at,
    createdAt: row.created_at,
  };
}
