import { Kysely, PostgresDialect, type RawBuilder, type Transaction } from "kysely";
import { migrate } from "./migrate.ts";
import { openPglitePool } from "./pglitePool.ts";
import { openPool, type Pool } from "./pool.ts";
import type { SignInTables, Tables } from "./tables.ts";

/**
 * Where the ledger is: a PostgreSQL server, with so many queues beside it, or a directory for the embedded
 * engine.
 */
export type LedgerLocation = { databaseUrl: string; queues?: number } | { dataDir: string };

/** The open ledger: typed queries, and the pool that the queue may keep its own tables in. */
export interface Ledger {
  db: Kysely<Tables>;
  /**
   * Runs a statement that is run often, outside of any transaction, and returns its rows. It is planned
   * once on each connection, for which its text has to be always the same under its name. It names the
   * schema of its tables.
   */
  prepared<Row>(name: string, statement: RawBuilder<Row>): Promise<Row[]>;
  /** The tables of those who sign in, in a schema of their own, `auth`. */
  signInTables: Kysely<SignInTables>;
  /** Connections whose `search_path` is the queue's schema, `bullmq`, on the same database. */
  queuePool: Pool;
  /**
   * Calls `listener` when a connection is lost. A server's are made anew. The embedded engine is
   * one connection: with it everything is lost until the process starts again.
   */
  onLost(listener: (lost: { error: Error; everything: boolean }) => void): void;
  close(): Promise<void>;
}

/** A ledger or a transaction on it: what a query needs. */
export type Queries = Kysely<Tables> | Transaction<Tables>;

/** The schema of the queue's tables, apart from the ledger's own. */
export const QUEUE_SCHEMA = "bullmq";

/**
 * Opens the ledger and brings its schema up to date. Throws AppError `ledger_unavailable` where
 * the server cannot be reached or migrated, `data_dir_locked` where another process has the
 * directory.
 */
export async function openLedger(location: LedgerLocation): Promise<Ledger> {
  const { pool, queuePool } = await openPools(location);
  const pools = new Set([pool, queuePool]);
  const endAll = async () => {
    await Promise.all([...pools].map((each) => each.end()));
  };
  try {
    await migrate(pool);
  } catch (error) {
    await endAll();
    throw error;
  }
  const everything = "dataDir" in location;
  const dialect = new PostgresDialect({ pool });
  const plain = new Kysely<Tables>({ dialect });
  const db = plain.withSchema("aftercare");
  return {
    db,
    async prepared<Row>(name: string, statement: RawBuilder<Row>) {
      // Its tables are named with their schema, which needs not be looked for and put before them.
      const { sql, parameters } = statement.compile(plain);
      const { rows } = await pool.prepared<Row>(name, sql, parameters);
      return rows;
    },
    signInTables: new Kysely<SignInTables>({ dialect }).withSchema("auth"),
    queuePool,
    onLost(listener) {
      for (const each of pools) each.on("error", (error) => listener({ error, everything }));
    },
    close: endAll,
  };
}

async function openPools(location: LedgerLocation): Promise<{ pool: Pool; queuePool: Pool }> {
  if ("dataDir" in location) {
    const pool = await openPglitePool(location.dataDir);
    return { pool, queuePool: pool };
  }
  return {
    pool: openPool(location.databaseUrl, { max: 10, applicationName: "aftercare" }),
    queuePool: openPool(location.databaseUrl, {
      searchPath: QUEUE_SCHEMA,
      // Each queue's worker keeps a connection to listen on.
      max: 9 + (location.queues ?? 1),
      applicationName: "aftercare queue",
    }),
  };
}
