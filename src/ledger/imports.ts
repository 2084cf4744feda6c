import { sql } from "kysely";
import type { ImportSettings } from "../domain/importRow.ts";
import { DAY_MS } from "../domain/localTime.ts";
import { type ConsentText, consentTextsInsert } from "./consentTexts.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import type { ImportState } from "./tables.ts";

/** How long an import may stay unfinished before its rows are deleted, in milliseconds. */
export const UNFINISHED_MS = DAY_MS;

/** A file of patients and treatments that somebody brought. */
export interface Import {
  id: string;
  clinicId: string;
  startedBy: string;
  state: ImportState;
  /** The first row of the file; empty once the import has ended. */
  headers: string[];
  /** How its rows are read; null until somebody has said it. */
  settings: ImportSettings | null;
  rowCount: number;
  /** What became of the rows; 0 each until the import has ended. */
  enrolled: number;
  known: number;
  bad: number;
  createdAt: Date;
  endedAt: Date | null;
}

/** A row of a file, by its number in a spreadsheet: the headers are row 1. */
export interface FileRow {
  number: number;
  cells: string[];
}

/** A file as it was read. */
export interface NewImport {
  clinicId: string;
  /** Who brought it, as the history names them. */
  actor: string;
  headers: string[];
  rows: readonly FileRow[];
}

/** The rows of one statement. */
const INSERTED_AT_ONCE = 500;

/** Keeps a file until its import ends; returns the import's id. */
export function createImport(
  ledger: Ledger,
  { clinicId, actor, headers, rows }: NewImport,
  now: Date,
): Promise<string> {
  return ledger.db.transaction().execute(async (db) => {
    const { id } = await db
      .insertInto("imports")
      .values({
        clinic_id: clinicId,
        started_by: actor,
        state: "columns",
        headers,
        settings: null,
        row_count: rows.length,
        created_at: now,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    for (let from = 0; from < rows.length; from += INSERTED_AT_ONCE) {
      const some = JSON.stringify(rows.slice(from, from + INSERTED_AT_ONCE));
      await sql`insert into aftercare.import_rows (import_id, clinic_id, number, cells)
        select ${id}, ${clinicId}, number, cells
        from jsonb_to_recordset(${some}::jsonb) as r(number int, cells text[])`.execute(db);
    }
    await note(db, { clinicId, id }, "import uploaded", actor, { rows: rows.length }, now);
    return id;
  });
}

/** An import of a clinic, or undefined where the clinic has no such import. */
export function findImport(db: Queries, clinicId: string, id: string): Promise<Import | undefined> {
  return importColumns(db, clinicId).where("id", "=", id).executeTakeFirst();
}

/** The last imports of a clinic, newest first. */
export function listImports(db: Queries, clinicId: string, limit: number): Promise<Import[]> {
  return importColumns(db, clinicId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

function importColumns(db: Queries, clinicId: string) {
  return db
    .selectFrom("imports")
    .select([
      "id",
      "clinic_id as clinicId",
      "started_by as startedBy",
      "state",
      "headers",
      "settings",
      "row_count as rowCount",
      "enrolled",
      "known",
      "bad",
      "created_at as createdAt",
      "ended_at as endedAt",
    ])
    .where("clinic_id", "=", clinicId);
}

/**
 * Says how the rows are read, and has them all looked at (again); the words that were confirmed are
 * kept as evidence. False where the import runs already, or has ended.
 */
export function setImportSettings(
  ledger: Ledger,
  { clinicId, id }: Pick<Import, "clinicId" | "id">,
  { settings, consentText }: { settings: ImportSettings; consentText: ConsentText | null },
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const changed = await db
      .updateTable("imports")
      .set({ settings: JSON.stringify(settings), state: "checking" })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .where("state", "in", ["columns", "checking", "checked"])
      .returning("id")
      .executeTakeFirst();
    if (changed === undefined) return false;
    if (consentText !== null) {
      await consentTextsInsert([{ ...consentText, clinicId, usedAt: now }]).execute(db);
    }
    await db
      .updateTable("import_rows")
      .set({ state: "new", key: null, problems: "[]", due_now: 0, due_day: 0, silent: false })
      .where("clinic_id", "=", clinicId)
      .where("import_id", "=", id)
      .execute();
    return true;
  });
}

/**
 * Goes from one state to the next, unless the import is in another one by now, or its rows are read in
 * another way: `at` is when it was said how. Nobody says yes to what they have not seen.
 */
export async function moveImport(
  db: Queries,
  { clinicId, id }: Pick<Import, "clinicId" | "id">,
  { from, to, at }: { from: ImportState; to: "checked" | "running"; at: string },
): Promise<void> {
  await db
    .updateTable("imports")
    .set({ state: to })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .where("state", "=", from)
    .where(sql<boolean>`settings->>'at' = ${at}`)
    .execute();
}

/**
 * Ends an import, and deletes what the file said: what is left are the counts, and of rows that could
 * not be enrolled the numbers and reasons. What was enrolled stays. False where it has ended already.
 */
export function endImport(
  ledger: Ledger,
  { clinicId, id }: Pick<Import, "clinicId" | "id">,
  { as, actor }: { as: "done" | "cancelled" | "expired"; actor: string },
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const open = await db
      .selectFrom("imports")
      .select("state")
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .where("ended_at", "is", null)
      .forUpdate()
      .executeTakeFirst();
    if (open === undefined) return false;
    const counts = await db
      .selectFrom("import_rows")
      .select([
        sql<number>`count(*) filter (where state = 'enrolled')`.as("enrolled"),
        sql<number>`count(*) filter (where state in ('known', 'twice'))`.as("known"),
        sql<number>`count(*) filter (where state = 'bad')`.as("bad"),
      ])
      .where("clinic_id", "=", clinicId)
      .where("import_id", "=", id)
      .executeTakeFirstOrThrow();
    await db
      .updateTable("imports")
      .set({ state: as, headers: [], ended_at: now, ...counts })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .execute();
    await db
      .deleteFrom("import_rows")
      .where("clinic_id", "=", clinicId)
      .where("import_id", "=", id)
      .where("state", "!=", "bad")
      .execute();
    await db
      .updateTable("import_rows")
      .set({ cells: null, key: null })
      .where("clinic_id", "=", clinicId)
      .where("import_id", "=", id)
      .execute();
    await note(db, { clinicId, id }, `import ${as}`, actor, counts, now);
    return true;
  });
}

/** Ends the imports that nobody has finished within a day, of all clinics or of one. */
export async function endStaleImports(ledger: Ledger, now: Date, clinicId?: string): Promise<void> {
  const stale = await ledger.db
    .selectFrom("imports")
    .select(["id", "clinic_id as clinicId"])
    .where("ended_at", "is", null)
    .where("created_at", "<=", new Date(now.getTime() - UNFINISHED_MS))
    .$if(clinicId !== undefined, (query) => query.where("clinic_id", "=", clinicId ?? ""))
    .execute();
  for (const each of stale) {
    await endImport(ledger, each, { as: "expired", actor: "program" }, now);
  }
}

function note(
  db: Queries,
  { clinicId, id }: Pick<Import, "clinicId" | "id">,
  type: string,
  actor: string,
  counts: Record<string, number>,
  at: Date,
): Promise<void> {
  const of = { clinicId, treatmentId: null, reminderId: null, type, actor, at };
  return addEvents(db, [{ ...of, detail: { importId: id, ...counts } }]);
}
