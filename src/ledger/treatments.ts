import { randomBytes } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { DAY_MS } from "../domain/localTime.ts";
import type { Overrides } from "../domain/overrides.ts";
import type { Queries } from "./ledger.ts";
import { type Cursor, type Page, pageOf } from "./page.ts";

/** A procedure done on a patient at `performedAt`. */
export interface Treatment {
  id: string;
  clinicId: string;
  patientId: string;
  protocol: { name: string; version: number };
  performedAt: Date;
  /** The zone of the enrolment: its offsets go by this calendar, wherever the patient goes. */
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

/** When the page of a treatment closes: 30 days after the last of its messages is stale. */
export function pageExpiry(planned: readonly { expiresAt: Date }[]): Date {
  const last = Math.max(...planned.map(({ expiresAt }) => expiresAt.getTime()));
  return new Date(last + PAGE_OUTLIVES_MS);
}

/** Keeps the pages of treatments open as long as a message of theirs that was moved asks for. */
export async function keepPagesOpen(
  db: Queries,
  clinicId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update aftercare.treatments t
    set page_expires_at = greatest(t.page_expires_at, r.last + ${PAGE_OUTLIVES_MS} * interval '1 millisecond')
    from (
      select treatment_id, max(expires_at) as last from aftercare.reminders
      where clinic_id = ${clinicId} and treatment_id = any(${[...ids]}::uuid[])
      group by treatment_id
    ) r
    where t.clinic_id = ${clinicId} and t.id = r.treatment_id`.execute(db);
}

/** A treatment as it begins: active, with a page of its own. */
export function newTreatment(treatment: Omit<Treatment, "status" | "pageToken">): Treatment {
  return { ...treatment, status: "active", pageToken: newPageToken() };
}

/** In SQL: keeps new treatments. */
export function treatmentsInsert(treatments: readonly Treatment[]): RawBuilder<unknown> {
  const rows = treatments.map((treatment) => ({
    id: treatment.id,
    clinic_id: treatment.clinicId,
    patient_id: treatment.patientId,
    protocol: treatment.protocol.name,
    protocol_version: treatment.protocol.version,
    performed_at: treatment.performedAt,
    time_zone: treatment.timeZone,
    channels: treatment.channels,
    status: treatment.status,
    overrides: treatment.overrides,
    page_token: treatment.pageToken,
    page_expires_at: treatment.pageExpiresAt,
    created_at: treatment.createdAt,
  }));
  return sql`
    insert into aftercare.treatments (id, clinic_id, patient_id, protocol, protocol_version,
      performed_at, time_zone, channels, status, overrides, page_token, page_expires_at, created_at)
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as t(id uuid, clinic_id uuid, patient_id uuid, protocol text, protocol_version int,
        performed_at timestamptz, time_zone text, channels text[], status text, overrides jsonb,
        page_token text, page_expires_at timestamptz, created_at timestamptz)`;
}

/**
 * Gives all of a patient's treatments new page tokens, within a transaction that has locked the
 * patient: the links that went out open nothing any more. Also those of cancelled treatments, which
 * would still open the page of the others.
 */
export async function renewPageTokens(
  db: Queries,
  clinicId: string,
  patientId: string,
): Promise<void> {
  const treatments = await db
    .selectFrom("treatments")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "=", patientId)
    .orderBy("id")
    .execute();
  for (const { id } of treatments) {
    await db
      .updateTable("treatments")
      .set({ page_token: newPageToken() })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .execute();
  }
}

/** 128 random bits: nobody finds a page by trying. */
function newPageToken(): string {
  return randomBytes(16).toString("base64url");
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
