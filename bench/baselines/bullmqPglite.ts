// Bare BullMQ on the embedded engine, opened as the program opens it, in a process of its own.
import { openPglitePool } from "../../src/ledger/pglitePool.ts";
import { readTask } from "./baseline.ts";
import { runInDatabase } from "./bullmqInDatabase.ts";

const task = readTask();
await runInDatabase(task, await openPglitePool(task.where));
