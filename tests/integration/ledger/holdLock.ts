/** Run by itself, with a directory: locks it, says so, and keeps it until the process is killed. */
import { lockDataDir } from "../../../src/ledger/dirLock.ts";

const [directory] = process.argv.slice(2);
if (!directory) throw new Error("which directory?");
await lockDataDir(directory);
process.stdout.write("locked\n");
setInterval(() => {}, 60_000);
