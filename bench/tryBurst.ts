import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startProgram } from "../tests/support/program.ts";
import { fillDue } from "./dueReminders.ts";
import { cpuMs } from "./processes.ts";
import { withPrograms } from "./programs.ts";
import { startServers } from "./servers.ts";
import { baseOf } from "./subject.ts";

const deployment = (process.argv[2] ?? "redis") as "redis" | "postgres";
const count = Number(process.argv[3] ?? 6000);
const rounds = Number(process.argv[4] ?? 2);
const prof = process.argv[5];
const alter = process.env["ALTER"];
const SILENT = {
  nodeArgs: ["--import", "tsx", ...(process.env["NODEARGS"]?.split(" ") ?? []), ...(prof ? ["--cpu-prof", "--cpu-prof-dir", prof] : [])],
  main: fileURLToPath(new URL("silent.ts", import.meta.url)),
};
function cpuNamed(name: string) {
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((n) => /^\d+$/.test(n))) {
    try {
      if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name) sum += cpuMs(Number(pid));
    } catch {}
  }
  return sum;
}
const servers = await startServers(() => {});
const provider = process.env["PROVIDER"]
  ? await (await import("./providers.ts")).startProvider(150)
  : null;
const base = await baseOf(servers, deployment);
for (let r = 0; r < rounds; r++) {
  const { env, drop } = await base.copy();
  const ledger = new pg.Client({ connectionString: env["DATABASE_URL"] });
  await ledger.connect();
  if (alter) await ledger.query(alter);
  await withPrograms(async (owner) => {
    const worker = await startProgram(owner, ["worker"], { ...env, ...provider?.env }, SILENT);
    const due = await fillDue(ledger, {
      treatmentId: base.treatmentId,
      count,
      leadMs: 5000 + count,
      apartMs: 0,
    });
    await pause(due.getTime() - Date.now());
    const b = { w: cpuMs(worker.pid), p: cpuNamed("postgres"), r: cpuNamed("redis-server") };
    for (;;) {
      const { rows } = await ledger.query(
        `select exists (select from aftercare.reminders where status = 'scheduled') or exists (
             select from aftercare.reminders where status in ('queued', 'sending', 'unknown')) as open`,
      );
      if (!rows[0].open) break;
      await pause(250);
    }
    const took = Date.now() - due.getTime();
    const n = count;
    console.log(
      `${deployment}: ${Math.round((n / took) * 1000)}/s worker ${((cpuMs(worker.pid) - b.w) / n).toFixed(3)} pg ${((cpuNamed("postgres") - b.p) / n).toFixed(3)} redis ${((cpuNamed("redis-server") - b.r) / n).toFixed(3)} ms each`,
    );
    await worker.stop();
    if (process.env["PG_EXTRA"]) {
      await ledger.query("create extension if not exists pg_stat_statements");
      const { rows } = await ledger.query(
        `select plans, calls, round(total_exec_time) t, round(total_plan_time) p, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 140) q from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) order by total_exec_time + total_plan_time desc limit 14`,
      );
      for (const r of rows) console.log(r.t, r.p, r.plans, r.calls, r.rows, r.q);
    }
  });
  await ledger.end();
  await drop();
}
provider?.close();
await servers.close();
process.exit(0);
