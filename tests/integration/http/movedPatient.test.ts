import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { enrolWithPage, linesOf, open, pathOf, postForm } from "./patientPages.ts";

describe.each(ENGINES)("a patient with another number or address, on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });
  const place = (of: EnrolledAnswer) => pathOf(running, clinic, of.treatment.id);
  const statusOf = async (path: string) => (await open(running, path)).status;

  const FACTS = { firstName: "Ana", phone: "+12125550161", email: "ana@example.test" };

  it.each([
    ["number", { phone: "+12125550162" }],
    ["address", { email: "ana.new@example.test" }],
  ])("has another page by another %s: the links that went out are dead", async (what, change) => {
    const facts = { ...FACTS, externalId: `p-moved-${what}` };
    const earlier = await enrolWithPage(running, clinic, facts);
    const cancelled = await enrolWithPage(running, clinic, facts);
    const path = `/v1/treatments/${cancelled.treatment.id}/cancel`;
    await clinic.admin.post(path, { reason: "not done" });
    // What a cancelled treatment's link opens is the page of the others.
    expect(linesOf((await open(running, cancelled.path)).text)).toContain("Hello Ana");

    const later = await enrolWithPage(running, clinic, { ...facts, ...change });
    for (const { path: old } of [earlier, cancelled]) {
      expect(await statusOf(old)).toBe(404);
      expect(await statusOf(`${old}.ics`)).toBe(404);
      expect((await postForm(running, `${old}/stop`, { channel: "sms" })).status).toBe(404);
    }
    for (const each of [earlier, later]) {
      const { status, text } = await open(running, await place(each));
      expect(status).toBe(200);
      expect(text.match(/class="treated"/g)).toHaveLength(2);
    }
  });

  it("keeps the page where nothing that was known is another", async () => {
    const facts = { ...FACTS, externalId: "p-stays" };
    const first = await enrolWithPage(running, clinic, { ...facts, phone: "+12125550163" });
    for (const change of [
      { firstName: "Anna", locale: "es" },
      { email: "ANA@example.test" },
      { phone: "(212) 555-0163" },
    ]) {
      await enrolWithPage(running, clinic, { ...facts, phone: "+12125550163", ...change });
      expect(await statusOf(first.path)).toBe(200);
    }
  });

  it("keeps the page where an address comes to a number", async () => {
    const at = running.clock.now().toISOString();
    const patient = { externalId: "p-more", firstName: "Ana", phone: "+12125550164" };
    const body = {
      protocol: "microneedling",
      performedAt: at,
      patient,
      consent: { care: ["sms"], source: "form 3", at },
    };
    const { body: first } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", body);
    const path = await place(first);
    const more = { ...body, patient: { ...patient, email: "ana@example.test" } };
    expect((await clinic.desk.post("/v1/treatments", more)).status).toBe(201);
    expect(await statusOf(path)).toBe(200);
  });

  it("keeps the page of whoever else had the number", async () => {
    const phone = "+12125550165";
    const mother = await enrolWithPage(running, clinic, { externalId: "p-mother", phone });
    await enrolWithPage(running, clinic, { externalId: "p-daughter", phone });
    await enrolWithPage(running, clinic, { externalId: "p-daughter", phone: "+12125550166" });
    expect(await statusOf(mother.path)).toBe(200);
  });

  it("has the old page still where the enrolment is not stored", async () => {
    const { db } = running.app.ledger;
    const facts = { ...FACTS, externalId: "p-unstored" };
    const first = await enrolWithPage(running, clinic, facts);
    await sql`create function aftercare.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'planted'; end $$`.execute(db);
    await sql`create trigger planted before insert on aftercare.consents
      for each row execute function aftercare.refuse()`.execute(db);
    const moved = enrolWithPage(running, clinic, { ...facts, phone: "+12125550167" });
    await expect(moved).rejects.toThrow(/not enrolled/);
    await sql`drop trigger planted on aftercare.consents`.execute(db);
    expect(await statusOf(first.path)).toBe(200);
  });
});
