import { existsSync, fsyncSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";

/**
 * PGlite's own parameters, but for `-F`, which it gives because a browser cannot do better: that
 * turns fsync off, and then a power cut may cost the whole database. fdatasync is not passed on to
 * Node, fsync is: see passFsyncOn. An unqualified name is the queue's.
 */
const START_PARAMS = PGlite.defaultStartParams
  .filter((parameter) => parameter !== "-F")
  .concat("-c", "wal_sync_method=fsync", "-c", "search_path=bullmq, public");

/**
 * Opens the database in `directory`, and makes it first if there is none. A new one is made beside
 * its place and moved there when it is whole, so that a first start that is killed half-way leaves
 * nothing that looks like a database. Who calls this has locked the directory's parent.
 */
export async function openDatabase(directory: string): Promise<PGlite> {
  if (!existsSync(directory)) {
    const unfinished = `${directory}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await (await PGlite.create(unfinished)).close();
    await rename(unfinished, directory);
  }
  const db = await PGlite.create(directory, { startParams: START_PARAMS });
  passFsyncOn(db);
  return db;
}

/** The part of Emscripten's file system over Node's that answers the engine's calls on open files. */
interface NodeFiles {
  stream_ops: { fsync?: (file: { nfd: number }) => number };
}

/**
 * Emscripten's file system over Node's leaves fsync out, and then reports that it succeeded. What
 * has been committed must be on the disk before it is acknowledged.
 */
function passFsyncOn(db: PGlite): void {
  const engine = db.Module as unknown as { NODEFS: NodeFiles };
  engine.NODEFS.stream_ops.fsync ??= ({ nfd }) => {
    fsyncSync(nfd);
    return 0;
  };
}
