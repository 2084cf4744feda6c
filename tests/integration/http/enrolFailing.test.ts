import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { enrolmentBody, openClinic, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem, storedRows } from "./refusal.ts";

/** Every table that an enrolment writes to. */
const TABLES = ["patients", "treatments", "reminders", "consents", "events", "idempotency_keys"];

describe.each(ENGINES)("an enrolment that fails half-way on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
    await run(`create function aftercare.fail() returns trigger language plpgsql as
      $$ begin raise exception 'planted: %', new; end $$`);
  });

  const run = (text: string) => sql.raw(text).execute(running.app.ledger.db);

  /** Of somebody new there is one statement, of somebody known many. */
  const known = { externalId: "p-known", phone: "+12125550100" };
  const moments = TABLES.flatMap((table) => [
    // The row of the idempotency key is written first, and completed last.
    { who: "known", table, moment: table === "idempotency_keys" ? "update" : "insert or update" },
    { who: "new", table, moment: "insert" },
  ]);

  it.each(moments)("leaves nothing behind: $table of somebody $who", async (of) => {
    const { who, table, moment } = of;
    if (who === "known") await clinic.enrol(known);
    const before = await storedRows(running.app.ledger);
    await run(`create trigger planted before ${moment} on aftercare.${table}
      for each row execute function aftercare.fail()`);
    const somebody = {
      externalId: `p-${table}`,
      phone: `+1212555020${TABLES.indexOf(table)}`,
      email: `${table}@patients.example.test`,
    };
    const body = enrolmentBody(running.clock.now(), who === "known" ? known : somebody);
    const key = `${table}-${who}`;
    const enrol = () => clinic.desk.post("/v1/treatments", body, { "idempotency-key": key });
    try {
      const answer = await enrol();
      expectProblem(answer, { status: 500, code: "internal" });
      expect(answer.text).not.toContain("planted");
      expect(answer.text).not.toContain(body.patient.firstName);
      expect(await storedRows(running.app.ledger)).toEqual(before);
    } finally {
      await run(`drop trigger planted on aftercare.${table}`);
    }
    // The key is free, too: the desk may try again.
    expect((await enrol()).status).toBe(201);
  });

  it("is the only one that fails of those that come at once", async () => {
    await run(`create trigger planted before insert on aftercare.patients
      for each row when (new.external_id = 'p-bad') execute function aftercare.fail()`);
    const ids = ["p-1", "p-2", "p-bad", "p-3", "p-4"];
    const now = running.clock.now();
    const bodies = ids.map((externalId, index) =>
      enrolmentBody(now, {
        externalId,
        phone: `+1212555030${index}`,
        email: `${externalId}@patients.example.test`,
      }),
    );
    try {
      const answers = await Promise.all(
        bodies.map((body) => clinic.desk.post("/v1/treatments", body)),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 500, 201, 201]);
      const { rows } = await sql<{ id: string; hasReminders: boolean }>`
        select p.external_id as id, count(r.id) > 10 as "hasReminders"
        from aftercare.patients p left join aftercare.reminders r on r.patient_id = p.id
        where p.external_id = any(${ids}) group by 1 order by 1`.execute(running.app.ledger.db);
      const kept = ["p-1", "p-2", "p-3", "p-4"];
      expect(rows).toEqual(kept.map((id) => ({ id, hasReminders: true })));
    } finally {
      await run("drop trigger planted on aftercare.patients");
    }
  });
});
