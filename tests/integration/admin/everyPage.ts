import { sql } from "kysely";
import { createInvitation } from "../../../src/ledger/invitations.ts";
import type { TestApp } from "../../support/app.ts";
import { openClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { anybody, bring, check, fileOf, HEAD, run } from "./importing.ts";
import { writeIn } from "./writing.ts";

/** What a browser would run if it took the words of a field for a part of the page. */
export const scriptIn = (field: string) => `<script>globalThis.struck = "${field}"</script>`;

const LONG_NAME = "Maximiliana-Victoria Alexandra";
const RTL_NAME = "محمد عبدالله";

/** The fields in which people write what they like, as the pages have to show them. */
export const FIELDS = [
  "clinic",
  "postal address",
  "emergency text",
  "staff name",
  "first name",
  "external id",
  "consent source",
  "wording",
  "taken by",
  "message",
  "subject",
  "fault",
  "reply",
  "answer",
  "reason",
  "key",
  "column",
  "cell",
] as const;

/** Somebody with a name that pages have to bear, and what is known of them. */
interface Person {
  patient: string;
  treatment: string;
  cancelled: string;
  sent: string;
  planned: string;
}

/** A clinic that has something on each of its pages, by what their addresses name. */
export interface FullClinic {
  id: string;
  /** An admin, who looks after the installation, too. */
  admin: Member;
  people: Person[];
  imports: string[];
  key: string;
  colleague: string;
  invitation: string;
}

/** Fills a clinic by what its staff and patients do, and then its fields with words that are a script. */
export async function fillClinic(running: TestApp): Promise<FullClinic> {
  const { app, clock } = running;
  const { db } = app.ledger;
  const clinic = await openClinic(running, { phone: "+1 212-555-0100" });
  const { id } = clinic;
  const admin = await joinClinic(running, id, "admin", { operator: true });
  await joinClinic(running, id, "front_desk", { name: RTL_NAME });
  await joinClinic(running, id, "front_desk", { name: LONG_NAME });
  const reason = scriptIn("reason");

  const people: Person[] = [];
  for (const [index, firstName] of [LONG_NAME, RTL_NAME, "Wilhelmina"].entries()) {
    const phone = `+1212555520${index}`;
    const email = `e-${index}@patients.example.test`;
    const facts = { externalId: `e-${index}`, firstName, phone, email };
    const { treatment, reminders } = await clinic.enrol(facts);
    const idOf = (step: string) => reminders.find((each) => each.step === step)?.id ?? "";
    const wait = { reason, step: "retinol-ok", amount: "72", unit: "h", confirmed: "yes" };
    await admin.post(admin.at(`treatments/${treatment.id}/wait`), wait);
    await admin.post(admin.at(`reminders/${idOf("two-months")}/cancel`), { reason });
    const { treatment: second } = await clinic.enrol(facts);
    await admin.post(admin.at(`treatments/${second.id}/cancel`), { reason });
    await writeIn(running, phone, RTL_NAME, "reply");
    await writeIn(running, phone, "fever", "alarm");
    const { patientId: patient, id: first } = treatment;
    const planned = idOf("gym-ok");
    people.push({
      patient,
      treatment: first,
      cancelled: second.id,
      sent: idOf("essentials"),
      planned,
    });
  }
  await until("all that is due at once has left", async () => {
    const { rows } = await sql`select 1 from aftercare.reminders
      where due_at <= ${clock.now()} and status in ('scheduled', 'queued', 'sending')`.execute(db);
    return rows.length === 0;
  });
  await admin.post(admin.at("keys"), { label: "till", role: "enroll" });

  const head = HEAD.with(0, scriptIn("column"));
  const bad = anybody("2026-11-23 13:30", { 0: LONG_NAME, 1: scriptIn("cell"), 2: "12" });
  const file = () => fileOf([bad, anybody("2026-11-23 13:30", { 1: RTL_NAME })], head);
  const imports = [
    await bring(running, admin, file()),
    await bring(running, admin, file()),
    await bring(running, admin, file()),
  ];
  for (const path of imports.slice(1)) await check(admin, path);
  await run(admin, imports[2] ?? "");

  const invited = { clinicId: id, email: null, role: "admin", operator: false } as const;
  const { token } = await db
    .transaction()
    .execute((trx) => createInvitation(trx, invited, "test", clock.now()));
  await writeScripts(running, id, people[2]?.patient ?? "");
  const { rows } = await sql<{ key: string; colleague: string }>`select
      (select id from aftercare.api_keys where clinic_id = ${id} limit 1) as key,
      (select user_id from aftercare.staff where clinic_id = ${id} and role = 'front_desk' limit 1) as colleague`.execute(
    db,
  );
  const { key = "", colleague = "" } = rows[0] ?? {};
  return { id, admin, people, imports, key, colleague, invitation: token };
}

/** Puts a script into each field, past what the program would refuse: what is stored may be older than that. */
async function writeScripts({ app, clock }: TestApp, id: string, patient: string): Promise<void> {
  const { db } = app.ledger;
  const now = clock.now();
  await sql`update aftercare.clinics set name = ${scriptIn("clinic")},
    postal_address = ${scriptIn("postal address")},
    emergency_text = ${scriptIn("emergency text")}`.execute(db);
  await sql`update auth."user" set name = ${scriptIn("staff name")}
    where name not in (${LONG_NAME}, ${RTL_NAME})`.execute(db);
  await sql`update aftercare.patients set first_name = ${scriptIn("first name")},
    external_id = ${scriptIn("external id")} where id = ${patient}`.execute(db);
  await sql`update aftercare.consents set source = ${scriptIn("consent source")},
    text_version = 'v', taken_by = ${scriptIn("taken by")}`.execute(db);
  await sql`insert into aftercare.consent_texts (clinic_id, version, words, first_used_at)
    values (${id}, 'v', ${scriptIn("wording")}, ${now})`.execute(db);
  await sql`update aftercare.attempts set body = ${scriptIn("message")},
    subject = ${scriptIn("subject")}, detail = ${scriptIn("fault")}`.execute(db);
  await sql`update aftercare.inbound_messages set body = ${scriptIn("reply")},
    answer = ${scriptIn("answer")} where reading = 'alarm'`.execute(db);
  await sql`update aftercare.api_keys set label = ${scriptIn("key")}`.execute(db);
  await sql`insert into aftercare.channel_states (clinic_id, channel, failures, paused_at, reason,
      code, detail, ended_by, probes, probe_at, updated_at)
    values (${id}, 'email', 5, ${now}, 'account_fault', 'EAUTH', ${scriptIn("fault")}, 'answer', 0,
      ${now}, ${now})
    on conflict (clinic_id, channel) do update set paused_at = excluded.paused_at,
      reason = excluded.reason, code = excluded.code, detail = excluded.detail,
      ended_by = excluded.ended_by`.execute(db);
}

/** Where each route for readers is looked at. What is no page (a file, a part, a stream) is in `NO_PAGE`. */
export const PAGES: Record<string, (full: FullClinic) => string[]> = {
  "/admin": () => ["/admin"],
  "/admin/sign-in": () => ["/admin/sign-in"],
  "/admin/sign-in/code": () => ["/admin/sign-in/code"],
  "/admin/password": () => ["/admin/password"],
  "/admin/password/:token": () => ["/admin/password/any-token-of-a-link"],
  "/admin/invitation/:token": ({ invitation }) => [
    `/admin/invitation/${invitation}`,
    "/admin/invitation/none",
  ],
  "/admin/account": () => ["/admin/account"],
  "/admin/:clinicId": ofClinic(() => [""]),
  "/admin/:clinicId/today": ofClinic(() => ["today"]),
  "/admin/:clinicId/patients": ofClinic(() => ["patients"]),
  "/admin/:clinicId/patients/:id": ofPeople(({ patient }) => [`patients/${patient}`]),
  "/admin/:clinicId/patients/:id/resume": ofPeople(({ patient }) => [`patients/${patient}/resume`]),
  "/admin/:clinicId/patients/:id/stop/:channel": ofPeople(({ patient }) => [
    `patients/${patient}/stop/sms`,
    `patients/${patient}/stop/email`,
  ]),
  "/admin/:clinicId/treatments/:id": ofPeople(({ treatment, cancelled }) => [
    `treatments/${treatment}`,
    `treatments/${cancelled}`,
  ]),
  "/admin/:clinicId/treatments/:id/cancel": ofPeople(({ treatment, cancelled }) => [
    `treatments/${treatment}/cancel`,
    `treatments/${cancelled}/cancel`,
  ]),
  "/admin/:clinicId/treatments/:id/time": ofPeople((one) => [`treatments/${one.treatment}/time`]),
  "/admin/:clinicId/treatments/:id/wait": ofPeople((one) => [`treatments/${one.treatment}/wait`]),
  "/admin/:clinicId/treatments/:id/undo": ofPeople((one) => [`treatments/${one.treatment}/undo`]),
  "/admin/:clinicId/treatments/:id/enrolled": ofPeople((one) => [
    `treatments/${one.treatment}/enrolled?did=enrolled`,
  ]),
  "/admin/:clinicId/reminders/:id": ofPeople(({ sent, planned }) => [
    `reminders/${sent}`,
    `reminders/${planned}`,
  ]),
  "/admin/:clinicId/reminders/:id/:action": ofPeople(({ sent, planned }) => [
    `reminders/${planned}/cancel`,
    `reminders/${planned}/send-now`,
    `reminders/${sent}/replay`,
  ]),
  "/admin/:clinicId/inbox": ofClinic(() => ["inbox", "inbox?show=handled"]),
  "/admin/:clinicId/failures": ofClinic(() => ["failures"]),
  "/admin/:clinicId/failures/cause": ofClinic(() => [
    "failures/cause?cause=skipped.no_consent",
    "failures/cause?cause=failed.30003",
  ]),
  "/admin/:clinicId/failures/bulk": ofClinic(() => ["failures/bulk"]),
  "/admin/:clinicId/protocols": ofClinic(() => ["protocols"]),
  "/admin/:clinicId/protocols/:name": ofClinic(() => [
    "protocols/microneedling",
    "protocols/microneedling?locale=es",
  ]),
  "/admin/:clinicId/import": ofClinic(() => ["import"]),
  "/admin/:clinicId/import/:id": ({ imports }) => imports,
  "/admin/:clinicId/import/:id/columns": ({ imports }) => imports.map((path) => `${path}/columns`),
  "/admin/:clinicId/outbox": ofClinic(() => ["outbox"]),
  "/admin/:clinicId/settings": ofClinic(() => ["settings"]),
  "/admin/:clinicId/keys": ofClinic(() => ["keys"]),
  "/admin/:clinicId/keys/:id/revoke": ofClinic(({ key }) => [`keys/${key}/revoke`]),
  "/admin/:clinicId/staff": ofClinic(() => ["staff"]),
  "/admin/:clinicId/staff/:userId/role": ofClinic((full) => [`staff/${full.colleague}/role`]),
  "/admin/:clinicId/staff/:userId/remove": ofClinic((full) => [`staff/${full.colleague}/remove`]),
  "/admin/:clinicId/audit": ofClinic(() => ["audit"]),
};

export const NO_PAGE = [
  "/admin/:clinicId/audit.csv",
  "/admin/:clinicId/import/:id/bad.csv",
  "/admin/:clinicId/patients/:id/news",
  "/admin/:clinicId/protocols/:name/email/:step",
  "/admin/:clinicId/today/live",
];

function ofClinic(pages: (full: FullClinic) => string[]) {
  return (full: FullClinic) => pages(full).map((page) => full.admin.at(page));
}

function ofPeople(pages: (person: Person) => string[]) {
  return ofClinic(({ people }) => people.flatMap(pages));
}
