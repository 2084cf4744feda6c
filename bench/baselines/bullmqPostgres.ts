// Bare BullMQ on a PostgreSQL server, in a process of its own.
import { openPool } from "../../src/ledger/pool.ts";
import { readTask } from "./baseline.ts";
import { runInDatabase } from "./bullmqInDatabase.ts";

const task = readTask();
// As many connections as the program's queue has.
await runInDatabase(task, openPool(task.where, { searchPath: "bullmq", max: 10 }));
