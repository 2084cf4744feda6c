import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  type FullReminder,
  openClinic,
  type PageAnswer,
  type PatientBody,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";

describe.each(ENGINES)("a patient on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  /** Enrols exactly this patient, and returns whom the ledger took it for. */
  async function enrol(patient: PatientBody, at = clinic): Promise<string> {
    const now = running.clock.now().toISOString();
    const care = [...(patient.phone ? ["sms"] : []), ...(patient.email ? ["email"] : [])];
    const { body } = await at.desk.post<EnrolledAnswer>("/v1/treatments", {
      protocol: "microneedling",
      performedAt: now,
      patient,
      consent: { care, source: "form 3", at: now },
    });
    return body.treatment.patientId;
  }

  function row(id: string) {
    const { db } = running.app.ledger;
    return db.selectFrom("patients").selectAll().where("id", "=", id).executeTakeFirst();
  }

  it("is recognised by the clinic's own id, and what is new replaces what was known", async () => {
    const first = await enrol({
      externalId: "p-1",
      firstName: "Mina",
      phone: "+12125550111",
      email: "mina@example.test",
      timeZone: "America/Chicago",
      locale: "es",
    });
    const again = await enrol({ externalId: "p-1", firstName: "Mina M.", phone: "(212) 555-0112" });
    expect(again).toBe(first);
    expect(await row(first)).toMatchObject({
      first_name: "Mina M.",
      phone: "+12125550112",
      email: "mina@example.test",
      time_zone: "America/Chicago",
      locale: "es",
    });
  });

  it("is recognised without an id by the name and the number, or the name and the email", async () => {
    const first = await enrol({ firstName: "Lucy", phone: "+12125550121", email: "lucy@a.test" });
    expect(await enrol({ firstName: "lucy", phone: "212-555-0121" })).toBe(first);
    expect(await enrol({ firstName: "Lucy", email: "Lucy@A.test" })).toBe(first);
    expect(await row(first)).toMatchObject({ phone: "+12125550121", email: "Lucy@A.test" });
  });

  it("is another one with another name on the same number, or another id", async () => {
    const mother = await enrol({ firstName: "Ellen", phone: "+12125550131" });
    const daughter = await enrol({ firstName: "Nina", phone: "+12125550131" });
    expect(daughter).not.toBe(mother);
    const one = await enrol({ externalId: "p-3", firstName: "Ellen", phone: "+12125550132" });
    const other = await enrol({ externalId: "p-4", firstName: "Ellen", phone: "+12125550132" });
    expect(other).not.toBe(one);
  });

  it("is another one in another clinic, whatever is the same", async () => {
    const patient = { externalId: "p-5", firstName: "Renfield", phone: "+12125550141" };
    const here = await enrol(patient);
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const there = await enrol({ ...patient, firstName: "R. M." }, elsewhere);
    expect(there).not.toBe(here);
    expect(await row(here)).toMatchObject({ first_name: "Renfield", clinic_id: clinic.id });
    expect(await row(there)).toMatchObject({ first_name: "R. M.", clinic_id: elsewhere.id });
  });

  it("is one, however many enrolments with the same new id come at once", async () => {
    const patient = { externalId: "p-6", firstName: "Quincey", phone: "+12125550151" };
    const ids = await Promise.all(Array.from({ length: 10 }, () => enrol(patient)));
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    ["number", { firstName: "Arthur", phone: "+12125550152" }, { email: "arthur@a.test" }],
    ["email", { firstName: "Abraham", email: "abraham@a.test" }, { phone: "+12125550153" }],
  ])("is one where treatments of somebody new come at once, by %s", async (_by, known, more) => {
    const both = { ...known, ...more };
    const ids = await Promise.all([both, known, known, both].map((each) => enrol(each)));
    expect(new Set(ids).size).toBe(1);
  });

  it("who had no id is recognised when the id comes, and keeps it", async () => {
    const first = await enrol({ firstName: "Jonathan", phone: "+12125550161", email: "j@a.test" });
    const known = { externalId: "p-61", firstName: "jonathan", phone: "212-555-0161" };
    expect(await enrol(known)).toBe(first);
    expect(await row(first)).toMatchObject({ external_id: "p-61", email: "j@a.test" });
    expect(await enrol({ externalId: "p-61", firstName: "Jon", email: "new@a.test" })).toBe(first);
    expect(await enrol({ firstName: "Jon", phone: "+12125550161" })).toBe(first);
    expect(await row(first)).toMatchObject({ external_id: "p-61" });
  });

  it("who had no id is recognised by the email, too, and her treatments overlap", async () => {
    const first = await enrol({ firstName: "Lucy", email: "lucy.w@a.test" });
    expect(await enrol({ externalId: "p-62", firstName: "Lucy", email: "Lucy.W@A.test" })).toBe(
      first,
    );
    const { body } = await clinic.desk.get<PageAnswer<FullReminder>>(
      `/v1/reminders?patientId=${first}&status=skipped&limit=200`,
    );
    const said = body.items.filter(({ statusReason }) => statusReason === "collapsed");
    expect(new Set(said.map(({ step }) => step))).toContain("gym-ok");
  });

  it("is not taken for one of two who fit, for one with another id, or for another name", async () => {
    const phone = "+12125550163";
    const one = await enrol({ firstName: "Ann", phone });
    const other = await enrol({ firstName: "Ann", email: "ann@a.test" });
    expect(other).not.toBe(one);
    const both = await enrol({ externalId: "p-63", firstName: "Ann", phone, email: "ann@a.test" });
    expect([one, other]).not.toContain(both);
    const second = await enrol({ externalId: "p-64", firstName: "Ann", phone });
    expect(second).toBe(one);
    expect(await enrol({ externalId: "p-65", firstName: "Ann", phone })).not.toBe(one);
    expect(await enrol({ externalId: "p-66", firstName: "Anne", email: "ann@a.test" })).not.toBe(
      other,
    );
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    expect(
      await enrol({ externalId: "p-67", firstName: "Ann", email: "ann@a.test" }, elsewhere),
    ).not.toBe(other);
    expect(await row(other)).toMatchObject({ external_id: null });
  });

  it("with a new id is one patient, and with two new ids two, when they come at once", async () => {
    const patient = { firstName: "Arthur", phone: "+12125550168" };
    const first = await enrol(patient);
    const same = await Promise.all(
      Array.from({ length: 6 }, () => enrol({ ...patient, externalId: "p-68" })),
    );
    expect(new Set(same)).toEqual(new Set([first]));
    const nameless = await enrol({ firstName: "Quincey", phone: "+12125550169" });
    const two = await Promise.all(
      ["p-69", "p-70"].map((externalId) =>
        enrol({ externalId, firstName: "Quincey", phone: "+12125550169" }),
      ),
    );
    expect(new Set(two).size).toBe(2);
    expect(two).toContain(nameless);
  });
});
