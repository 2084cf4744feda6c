/** Run by itself: starts the embedded engine in the directory given, and ends it. */
import { openPglitePool } from "../../src/ledger/pglitePool.ts";

const [directory] = process.argv.slice(2);
if (!directory) throw new Error("which directory?");
const pool = await openPglitePool(directory);
await pool.end();
