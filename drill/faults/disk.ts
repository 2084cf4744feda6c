import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { until } from "../../tests/support/poll.ts";
import type { Installation } from "../installation.ts";
import { arrived, type Fault } from "./fault.ts";

const FULL_MS = 10_000;

export const diskFull: Fault = {
  name: "disk-full",
  about:
    "The ledger can write nothing for 10 s: PostgreSQL refuses with SQLSTATE 53100. On the embedded engine no file can grow; it ends by itself, and is started again with room.",
  ...(process.platform !== "linux" && {
    notOn: { embedded: "only Linux can limit the files of a process that runs" },
  }),
  stopsApiOn: ["redis", "postgres", "embedded"],
  async inject(installation) {
    await arrived(installation, 0.25);
    const { postgres } = installation;
    if (postgres === null) await growNoFile(installation);
    else await refuseWrites(postgres.url);
  },
};

async function growNoFile({ api }: Installation): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", String(api.pid()), "--fsize=1:1"]);
  const code = await api.endsByItself();
  if (code !== 1) throw new Error(`the program ended with ${code}, not with 1`);
  await api.start();
}

async function refuseWrites(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create schema drill;
      create function drill.refuse() returns trigger language plpgsql as $$
        begin raise exception 'no space left on device' using errcode = '53100'; end $$`);
    const { rows } = await client.query<{ name: string }>(
      "select quote_ident(tablename) as name from pg_tables where schemaname = 'aftercare'",
    );
    for (const { name } of rows) {
      await patiently(
        client,
        `create trigger drill before insert or update on aftercare.${name}
        for each statement execute function drill.refuse()`,
      );
    }
    await pause(FULL_MS);
    for (const { name } of rows) {
      await patiently(client, `drop trigger drill on aftercare.${name}`);
    }
    await client.query("drop schema drill cascade");
  } finally {
    await client.end();
  }
}

/** A change of a table that is in use may end as the victim of a deadlock: then once more. */
function patiently(client: pg.Client, statement: string): Promise<boolean> {
  return until("the table is changed", async () => {
    await client.query(statement);
    return true;
  });
}
