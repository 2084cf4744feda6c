// Prints how fast the pages for staff answer over a ledger of a million reminders, and by which plans.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { startProgram } from "../tests/support/program.ts";
import { openApi } from "../tests/support/programApi.ts";
import { PASSWORD, type Visitor, visitorAt } from "../tests/support/staff.ts";
import { fillLedger } from "./manyReminders.ts";
import { startServers } from "./servers.ts";

const REMINDERS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 40;
const LIMIT_MS = 100;
const KEY = "a-key-for-the-bench-of-the-whole-program";
const REPORT = "docs/page-times.md";

/** What a page is asked for: an address, and what is posted where it is a search. */
type Asked = [name: string, path: string, form?: Record<string, string>];

const atEnd: (() => Promise<void>)[] = [];
const owner = {
  onTestFinished: (end: () => Promise<unknown>) => void atEnd.push(async () => void (await end())),
};
const say = (line: string) => void process.stdout.write(`${line}\n`);
const progress = (line: string) => void process.stderr.write(`pages: ${line}\n`);

const sorted = (times: readonly number[]) => times.toSorted((a, b) => a - b);
const at50 = (times: readonly number[]) =>
  sorted(times)[Math.ceil(times.length / 2) - 1] ?? Number.NaN;
const at95 = (times: readonly number[]) =>
  sorted(times)[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN;

try {
  const lines = await bench();
  for (const line of lines) say(line);
  writeFileSync(REPORT, `${lines.join("\n")}\n`);
} finally {
  for (const end of atEnd.reverse()) await end();
}

async function bench(): Promise<string[]> {
  progress("starting PostgreSQL");
  const servers = await startServers(progress);
  atEnd.push(() => servers.close());
  const env = await servers.envOf("postgres");
  const url = env["DATABASE_URL"] ?? "";
  const settings = {
    ...env,
    AFTERCARE_API_KEY: KEY,
    LOG_LEVEL: "error",
    PUBLIC_URL: "http://localhost",
  };
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  atEnd.push(() => client.end());
  // Before the program connects, so that its connections have it, switched off.
  await client.query("load 'auto_explain'");
  await client.query("alter system set session_preload_libraries = 'auto_explain'");
  await explain(client, false);
  // The API alone: nothing of what is counted is sent meanwhile.
  const server = await startProgram(owner, ["serve", "--api-only"], settings);
  atEnd.push(async () => void (await server.stop()));
  const { body } = await openApi(server.address, KEY).enrol({
    firstName: "Ana",
    phone: "+12125550100",
  });
  const clinicId = await onlyClinic(client);
  progress(`filling the ledger with ${REMINDERS} reminders`);
  const count = await fillLedger(client, { clinicId, treatmentId: body.treatment.id }, REMINDERS);

  const admin = visitorAt(server.address);
  const invitation = /\/admin\/invitation\/\S+/.exec(server.stdout())?.[0] ?? "";
  const person = { name: "Robin Vale", email: "robin@clinic.example.test", password: PASSWORD };
  await admin.post(invitation, person);

  const rows: string[] = [];
  const plans: string[] = [];
  for (const [name, page, form] of await pagesOf(client, clinicId)) {
    progress(name);
    const at = `/admin/${clinicId}${page}`;
    const times = await timesOf(admin, at, form);
    const [median, p95, max] = [at50(times), at95(times), Math.max(...times)];
    rows.push(
      `| ${name} | ${median.toFixed(1)} | ${p95.toFixed(1)} | ${max.toFixed(1)} | ${median < LIMIT_MS ? "yes" : "NO"} |`,
    );
    plans.push(`### ${name}\n`, "```", ...(await slowestPlan(client, admin, at, form)), "```\n");
  }
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown kind"}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node ${process.version}`;
  return [
    "# Performance of the pages for staff",
    "",
    "Written by `npm run bench:pages`, which starts a PostgreSQL of its own, fills it, and asks each page",
    `${ROUNDS} times, one after the other, as an admin who is signed in.`,
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine}; ${count.toLocaleString("en-US")} reminders of one clinic.`,
    "Milliseconds from the request to the end of the answer:",
    "",
    `| page | median | p95 | max | median under ${LIMIT_MS} ms |`,
    "|---|--:|--:|--:|---|",
    ...rows,
    "",
    "## Plans",
    "",
    "Of each page, the plan of the statement that took longest, as PostgreSQL's auto_explain gives it.",
    "",
    ...plans,
  ];
}

async function onlyClinic(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>("select id from aftercare.clinics");
  return rows[0]?.id ?? "";
}

/** Every page of a clinic, and the searches, each for somebody in the middle of all. */
async function pagesOf(client: pg.Client, clinicId: string): Promise<Asked[]> {
  const { rows } = await client.query<{
    patient: string;
    treatment: string;
    reminder: string;
    phone: string;
  }>(
    `select p.id as patient, p.phone, t.id as treatment,
       (select id from aftercare.reminders r where r.treatment_id = t.id order by position limit 1) as reminder
     from aftercare.patients p join aftercare.treatments t on t.patient_id = p.id
     where p.clinic_id = $1 and p.external_id = 'p-30000' or p.external_id = 'p-300' limit 1`,
    [clinicId],
  );
  const some = rows[0] ?? { patient: "", treatment: "", reminder: "", phone: "" };
  return [
    ["Enrol", ""],
    ["Today", "/today"],
    ["Patients", "/patients"],
    ["Patients, by the beginning of a name", "/patients", { sought: "Car" }],
    ["Patients, by a number", "/patients", { sought: some.phone }],
    ["Patients, by the last digits", "/patients", { sought: some.phone.slice(-5) }],
    ["Patients, by an id", "/patients", { sought: "p-300" }],
    ["A patient", `/patients/${some.patient}`],
    ["A patient's page asking for news", `/patients/${some.patient}/news?seen=nothing`],
    ["A plan to print", `/treatments/${some.treatment}/enrolled`],
    ["A treatment", `/treatments/${some.treatment}`],
    ["A reminder", `/reminders/${some.reminder}`],
    ["Inbox", "/inbox"],
    ["Failures", "/failures"],
    ["Protocols", "/protocols"],
    ["A protocol", "/protocols/microneedling"],
    ["Import", "/import"],
    ["Outbox", "/outbox"],
    ["Settings", "/settings"],
    ["Keys", "/keys"],
    ["Staff", "/staff"],
    ["Audit", "/audit"],
  ];
}

async function timesOf(
  admin: Visitor,
  at: string,
  form: Record<string, string> | undefined,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    const { status } = form === undefined ? await admin.get(at) : await admin.post(at, form);
    // The first one warms up what later ones find warm.
    if (round > 0) times.push(performance.now() - began);
    if (status !== 200) throw new Error(`${at} was answered ${status}`);
  }
  return times;
}

/** Asks a page once more while PostgreSQL explains each statement, and returns the longest one's plan. */
async function slowestPlan(
  client: pg.Client,
  admin: Visitor,
  at: string,
  form: Record<string, string> | undefined,
): Promise<string[]> {
  const { rows } = await client.query<{ data_directory: string }>("show data_directory");
  const log = path.join(path.dirname(rows[0]?.data_directory ?? ""), "server.log");
  const before = readFileSync(log, "utf8").length;
  await explain(client, true);
  if (form === undefined) await admin.get(at);
  else await admin.post(at, form);
  await explain(client, false);
  const entries = readFileSync(log, "utf8")
    .slice(before)
    .split(/\n(?=\d{4}-\d\d-\d\d )/);
  const plans = entries.flatMap((entry) => {
    const [, ms, plan] = /duration: ([\d.]+) ms {2}plan:\n([\s\S]*)/.exec(entry) ?? [];
    if (ms === undefined || plan === undefined) return [];
    // The statement stands first, and can be long; what is below it is the plan.
    const lines = plan.split("\n").map((line) => line.replace(/^\t/, ""));
    const from = lines.findIndex((line) => /\(cost=/.test(line));
    return [
      {
        ms: Number(ms),
        lines: lines.slice(Math.max(0, from)).filter((line) => line.trim() !== ""),
      },
    ];
  });
  const slowest = plans.toSorted((one, other) => other.ms - one.ms)[0];
  return slowest === undefined
    ? ["no statement"]
    : [`${slowest.ms} ms`, ...slowest.lines.slice(0, 24)];
}

/** By the server's own setting, so that the program's connections, which are open, follow it, too. */
async function explain(client: pg.Client, on: boolean): Promise<void> {
  await client.query(`alter system set auto_explain.log_min_duration = ${on ? 0 : -1}`);
  await client.query("alter system set auto_explain.log_analyze = on");
  await client.query("select pg_reload_conf()");
  // Each connection reads it anew before its next statement, once it was told.
  await pause(300);
}
