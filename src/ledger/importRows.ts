import { sql } from "kysely";
import type { Enrolment } from "../domain/enrolment.ts";
import type { RowProblem } from "../domain/importRow.ts";
import type { FileRow, Import } from "./imports.ts";
import type { Queries } from "./ledger.ts";
import { recognisePatient } from "./patients.ts";
import type { ImportRowState } from "./tables.ts";

/** The import that rows are of. */
type Of = Pick<Import, "clinicId" | "id">;

/** How many rows are in each state, and what the ready ones would send. */
export interface RowCounts extends Record<ImportRowState, number> {
  /** Messages that would go out at once, and within a day (those at once included). */
  dueNow: number;
  dueDay: number;
  /** Ready rows whose patients get no message, and those of which there is something to tell. */
  silent: number;
  noted: number;
}

/** Counts the rows of an import. */
export async function countRows(db: Queries, of: Of): Promise<RowCounts> {
  const ready = sql`state in ('ready', 'enrolled')`;
  return db
    .selectFrom("import_rows")
    .select([
      sql<number>`count(*) filter (where state = 'new')`.as("new"),
      sql<number>`count(*) filter (where state = 'ready')`.as("ready"),
      sql<number>`count(*) filter (where state = 'known')`.as("known"),
      sql<number>`count(*) filter (where state = 'twice')`.as("twice"),
      sql<number>`count(*) filter (where state = 'bad')`.as("bad"),
      sql<number>`count(*) filter (where state = 'enrolled')`.as("enrolled"),
      sql<number>`coalesce(sum(due_now) filter (where ${ready}), 0)`.as("dueNow"),
      sql<number>`coalesce(sum(due_day) filter (where ${ready}), 0)`.as("dueDay"),
      sql<number>`count(*) filter (where silent and ${ready})`.as("silent"),
      sql<number>`count(*) filter (where state = 'ready' and problems <> '[]')`.as("noted"),
    ])
    .where("clinic_id", "=", of.clinicId)
    .where("import_id", "=", of.id)
    .executeTakeFirstOrThrow();
}

/** A row whose cells are there, and the key of its treatment where one was found. */
export interface OpenRow extends FileRow {
  key: string | null;
}

/** The first rows in a state, by number; those of an import that has ended are gone. */
export async function takeRows(
  db: Queries,
  of: Of,
  state: ImportRowState | "any",
  limit: number,
): Promise<OpenRow[]> {
  const rows = await rowsOf(db, of)
    .select(["number", "cells", "key"])
    .$if(state !== "any", (query) => query.where("state", "=", state as ImportRowState))
    .orderBy("number")
    .limit(limit)
    .execute();
  return rows.map(({ number, cells, key }) => ({ number, cells: cells ?? [], key }));
}

/** Some columns of all rows, counted from 0: what is in them, row by row. */
export async function columnsOf(
  db: Queries,
  of: Of,
  columns: readonly number[],
): Promise<string[][]> {
  if (columns.length === 0) return [];
  const picked = columns.map((column) => sql`coalesce(cells[${column + 1}::int], '')`);
  const rows = await rowsOf(db, of)
    .select(sql<string[]>`array[${sql.join(picked)}]`.as("texts"))
    .orderBy("number")
    .execute();
  return rows.map(({ texts }) => texts);
}

/** A row, and what is to be told of it; no cells once its import has ended. */
export interface ToldRow extends FileRow {
  problems: RowProblem[];
}

/**
 * The rows in a state of which there is something to tell, by number, after one of them: bad ones, and
 * ready ones that are worth a look.
 */
export async function listToldRows(
  db: Queries,
  of: Of,
  { state, after, limit }: { state: "bad" | "ready"; after: number; limit: number },
): Promise<ToldRow[]> {
  const rows = await rowsOf(db, of)
    .select(["number", "cells", "problems"])
    .where("state", "=", state)
    .where(sql<boolean>`problems <> '[]'`)
    .where("number", ">", after)
    .orderBy("number")
    .limit(limit)
    .execute();
  return rows.map(({ cells, ...row }) => ({ ...row, cells: cells ?? [] }));
}

function rowsOf(db: Queries, { clinicId, id }: Of) {
  return db.selectFrom("import_rows").where("clinic_id", "=", clinicId).where("import_id", "=", id);
}

/** What was found of a row. */
export interface Finding {
  number: number;
  state: Exclude<ImportRowState, "new" | "enrolled">;
  key: string | null;
  /** What is wrong with a bad one; what to know of a ready one. */
  problems: RowProblem[];
  dueNow: number;
  dueDay: number;
  silent: boolean;
}

/**
 * Keeps what was found of rows, unless they are read in another way by now: `at` is when it was said
 * how. Of ready rows that say the same treatment the first stays ready; the others are `twice`.
 */
export async function recordFindings(
  db: Queries,
  { clinicId, id }: Of,
  { at, findings }: { at: string; findings: readonly Finding[] },
): Promise<void> {
  const rows = JSON.stringify(findings);
  await sql`update aftercare.import_rows r
    set state = f.state, key = f.key, problems = f.problems, due_now = f."dueNow",
      due_day = f."dueDay", silent = f.silent
    from jsonb_to_recordset(${rows}::jsonb) as f(number int, state text, key text, problems jsonb,
      "dueNow" int, "dueDay" int, silent boolean)
    where r.clinic_id = ${clinicId} and r.import_id = ${id} and r.number = f.number
      and r.state = 'new' and exists (select 1 from aftercare.imports i
        where i.id = r.import_id and i.state = 'checking' and i.settings->>'at' = ${at})`.execute(
    db,
  );
  const numbers = findings.map(({ number }) => number);
  await sql`update aftercare.import_rows r set state = 'twice'
    from (select key, min(number) as number from aftercare.import_rows
      where clinic_id = ${clinicId} and import_id = ${id} and state = 'ready' and key in (
        select key from aftercare.import_rows
        where clinic_id = ${clinicId} and import_id = ${id} and number = any(${numbers}::int[])
          and key is not null)
      group by key) first
    where r.clinic_id = ${clinicId} and r.import_id = ${id} and r.state = 'ready'
      and r.key = first.key and r.number > first.number`.execute(db);
}

/** What came of a row that was to be enrolled; `created` where that was now, and not seen to be so. */
export interface RowEnd {
  number: number;
  state: "enrolled" | "known" | "bad";
  problems?: RowProblem[];
  created?: boolean;
}

/** Keeps what came of a row; one that was enrolled counts, too, where the import was ended meanwhile. */
export async function endRow(
  db: Queries,
  { clinicId, id }: Of,
  { number, state, problems = [], created = false }: RowEnd,
): Promise<void> {
  const kept = await db
    .updateTable("import_rows")
    .set({ state, problems: JSON.stringify(problems) })
    .where("clinic_id", "=", clinicId)
    .where("import_id", "=", id)
    .where("number", "=", number)
    .returning("number")
    .executeTakeFirst();
  if (kept !== undefined || !created) return;
  await db
    .updateTable("imports")
    .set((each) => ({ enrolled: each("enrolled", "+", 1) }))
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .execute();
}

/** What an import keeps under the key of a treatment. */
export interface ImportedTreatment {
  treatmentId: string;
  importId: string;
}

/**
 * The treatment that a row speaks of, where the clinic has it: from an import, by its key, or else by
 * the patient, the protocol and the time. A cancelled one counts: it is not to come back.
 */
export async function findSameTreatment(
  db: Queries,
  clinicId: string,
  key: string,
  { patient, protocol, performedAt }: Enrolment,
): Promise<{ importId: string | null } | null> {
  const kept = await db
    .selectFrom("idempotency_keys")
    .select("answer")
    .where("clinic_id", "=", clinicId)
    .where("key", "=", key)
    .executeTakeFirst();
  if (kept !== undefined) return kept.answer as ImportedTreatment;
  const known = await recognisePatient(db, clinicId, patient, { lock: false });
  if (known.id === null) return null;
  const treatment = await db
    .selectFrom("treatments")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "=", known.id)
    .where("protocol", "=", protocol)
    .where("performed_at", "=", performedAt)
    .limit(1)
    .executeTakeFirst();
  return treatment === undefined ? null : { importId: null };
}
