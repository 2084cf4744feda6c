import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { enrolmentBody, openClinic, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem, storedRows } from "./refusal.ts";

/** Every table that an enrolment writes to; the last one is written to last. */
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

  it.each(TABLES)("leaves nothing behind: %s", async (table) => {
    const before = await storedRows(running.app.ledger);
    // The row of the idempotency key is written first, and completed last.
    const moment = table === "idempotency_keys" ? "update" : "insert";
    await run(`create trigger planted before ${moment} on aftercare.${table}
      for each row execute function aftercare.fail()`);
    const body = enrolmentBody(running.clock.now(), { externalId: `p-${table}` });
    const enrol = () => clinic.desk.post("/v1/treatments", body, { "idempotency-key": table });
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
});
