import path from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { AppError } from "../errors.ts";
import { columnTypes } from "./columnTypes.ts";
import { type DirLock, lockDataDir } from "./dirLock.ts";
import { openDatabase } from "./pgliteDatabase.ts";
import { shareSession } from "./pgliteSession.ts";
import { openSocket } from "./pgliteSocket.ts";
import { type Pool, toPool } from "./pool.ts";

/**
 * Opens the embedded engine in `dataDir`, which is made if need be and is this process's alone
 * until the pool has ended. The connections are `pg`'s, as for a server, but they share one
 * session: while one is in a transaction, the others wait. So inside a transaction never await
 * anything that another connection is to do, such as adding to the queue. Settings made with SET
 * are everybody's. A transaction that is open when the pool ends is rolled back.
 *
 * Throws AppError `data_dir_locked` where a process has the directory, `ledger_unavailable` where
 * it cannot be used.
 */
export async function openPglitePool(dataDir: string): Promise<Pool> {
  const lock = await lockDataDir(dataDir);
  try {
    return poolOf(await openDatabase(path.join(dataDir, "ledger")), lock);
  } catch (error) {
    await lock.release();
    throw new AppError(
      "ledger_unavailable",
      `cannot open the database in ${dataDir} (${String(error)}): put a copy of the directory back, or set DATA_DIR to another`,
      error,
    );
  }
}

function poolOf(db: PGlite, lock: DirLock): Pool {
  const session = shareSession(db, (error) => inner.emit("error", error));
  const inner = new pg.Pool({
    stream: () => openSocket(session),
    // Not used, but `pg` would otherwise take each from the environment.
    host: "embedded",
    user: "aftercare",
    database: "aftercare",
    password: "",
    ssl: false,
    // They only wait for each other: more would not do more at a time.
    max: 100,
    types: columnTypes,
  });
  const clients = new Set<pg.PoolClient>();
  inner.on("connect", (client) => clients.add(client));
  inner.on("remove", (client) => clients.delete(client));

  return toPool(inner, {
    // One session is behind all connections, and would keep the statements of those that are gone.
    namesStatements: false,
    begin: () => session.endTransactions(),
    async close() {
      await session.idle();
      // Not awaited: it would wait for a connection that nobody gives back.
      void inner.end();
      await Promise.all([...clients].map((client) => client.end()));
      await session.idle();
      if (!session.isBroken()) await db.close();
      await lock.release();
    },
  });
}
