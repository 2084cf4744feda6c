/**
 * Run by itself, with a data directory: opens the embedded engine in it and counts up in a table,
 * printing each number once it is committed, until the process is killed.
 */
import { openPglitePool } from "../../../src/ledger/pglitePool.ts";

const [directory] = process.argv.slice(2);
if (!directory) throw new Error("which directory?");
const pool = await openPglitePool(directory);
await pool.query("create table if not exists counted (n int primary key)");
for (let n = 1; ; n++) {
  await pool.query("insert into counted values ($1)", [n]);
  process.stdout.write(`${n}\n`);
}
