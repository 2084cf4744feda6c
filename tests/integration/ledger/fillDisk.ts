/**
 * Run by itself, with a data directory and where files cannot grow beyond a few megabytes: writes
 * to the log until that fails, tries again, ends the pool, and prints what it was told each time.
 */
import { openPglitePool } from "../../../src/ledger/pglitePool.ts";

const [directory] = process.argv.slice(2);
if (!directory) throw new Error("which directory?");
const say = (line: string) => process.stdout.write(`${line}\n`);
const told = (error: unknown) => (error instanceof Error ? error.message : String(error));

const pool = await openPglitePool(directory);
pool.on("error", (error) => say(`pool: ${error.message}`));
await pool.query("create table kept (n int)");
await pool.query("insert into kept values (1)");
const listener = await pool.connect();
listener.on("error", (error) => say(`listener: ${error.message}`));
await listener.query("listen something");
const write = () => pool.query("select pg_logical_emit_message(true, 'x', repeat('y', 200000))");
for (let failed = false; !failed; ) {
  await write().catch((error: unknown) => {
    failed = true;
    say(`first: ${told(error)}`);
  });
}
await write().catch((error: unknown) => say(`later: ${told(error)}`));
await pool.end();
say("ended");
