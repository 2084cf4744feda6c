import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { AppError } from "../errors.ts";
import type { Pool, PoolClient } from "./pool.ts";

/** The program's own migrations: beside this file, in `src` as in `dist`. */
const MIGRATIONS = new URL("./migrations/", import.meta.url);

/** "Care" in ASCII: whoever migrates this database takes this advisory lock. */
const ADVISORY_LOCK = 0x43617265;

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedMigration {
  version: number;
  name: string;
  checksum: string;
}

/**
 * Brings the schema `aftercare` up to date: applies the files NNNN_name.sql of `directory` that the
 * database has not seen, in order, each in a transaction of its own together with the note of it.
 * Any number of processes may do so at the same time. Returns the names of those applied now.
 *
 * Throws AppError `ledger_unavailable` where the database cannot be reached, a migration fails
 * (which leaves nothing behind), an applied file is not what it was, or a newer program has
 * migrated the database.
 */
export async function migrate(
  pool: Pool,
  directory: URL = MIGRATIONS,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  const client = await connect(pool);
  const applied: string[] = [];
  try {
    for (;;) {
      const name = await applyNext(client, migrations);
      if (name === null) return { applied };
      applied.push(name);
    }
  } finally {
    client.release();
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw unavailable(`cannot reach the database (${reason(error)}): check DATABASE_URL`, error);
  }
}

/** Applies the first migration that the database lacks; null where it lacks none. */
async function applyNext(client: PoolClient, migrations: Migration[]): Promise<string | null> {
  let next: Migration | undefined;
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [ADVISORY_LOCK]);
    await client.query("create schema if not exists aftercare");
    await client.query(`create table if not exists aftercare.migrations (
      version integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
    next = firstMissing(migrations, await appliedMigrations(client));
    if (next) {
      await client.query(next.sql);
      await client.query(
        "insert into aftercare.migrations (version, name, checksum) values ($1, $2, $3)",
        [next.version, next.name, next.checksum],
      );
    }
    await client.query("commit");
    return next?.name ?? null;
  } catch (error) {
    // A lost connection has rolled back already.
    await client.query("rollback").catch(() => {});
    if (error instanceof AppError) throw error;
    throw unavailable(
      next
        ? `migration ${next.name} failed and was undone (${reason(error)})`
        : `cannot prepare the database (${reason(error)}): its user must be allowed to create schemas`,
      error,
    );
  }
}

async function appliedMigrations(client: PoolClient): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    "select version, name, checksum from aftercare.migrations order by version",
  );
  return rows;
}

function firstMissing(migrations: Migration[], applied: AppliedMigration[]): Migration | undefined {
  for (const [index, { name, checksum }] of applied.entries()) {
    const own = migrations[index];
    if (!own) {
      throw unavailable(
        `the database was migrated by a newer aftercare (${name}): use that version`,
      );
    }
    if (own.name !== name || own.checksum !== checksum) {
      throw unavailable(
        `migration ${name} is not the file that was applied to the database: put that file back, and make changes in a new one`,
      );
    }
  }
  return migrations[applied.length];
}

async function readMigrations(directory: URL): Promise<Migration[]> {
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
    const migrations = names.map(async (name, index): Promise<Migration> => {
      const version = index + 1;
      if (!name.startsWith(`${String(version).padStart(4, "0")}_`)) {
        throw new Error(`${name} is out of order, number ${version} is expected`);
      }
      // A checkout may have turned the ends of lines round.
      const sql = (await readFile(new URL(name, directory), "utf8")).replaceAll("\r\n", "\n");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { version, name, sql, checksum };
    });
    return await Promise.all(migrations);
  } catch (error) {
    throw unavailable(
      `cannot read the migrations (${reason(error)}): install aftercare again`,
      error,
    );
  }
}

/** `pg` gives a refused connection as an error without a message, and with a code. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError("ledger_unavailable", message, cause);
}
