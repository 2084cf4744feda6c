import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type PatientBody,
  type ReminderDetail,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { type OwnWord, readOpenApi } from "./openapi.ts";

/** What every step of the protocol comes to for a treatment on Monday at 15:30 in New York. */
const LOCAL_TIMES = [
  ["essentials", "sms", "2026-11-23T15:30:00-05:00"],
  ["essentials", "email", "2026-11-23T15:30:00-05:00"],
  ["products", "sms", "2026-11-23T15:30:00-05:00"],
  ["first-hours", "sms", "2026-11-23T16:30:00-05:00"],
  ["skin-care", "sms", "2026-11-23T19:30:00-05:00"],
  ["sun", "sms", "2026-11-24T09:00:00-05:00"],
  ["makeup-ok", "sms", "2026-11-24T15:30:00-05:00"],
  ["retinol-ok", "sms", "2026-11-25T15:30:00-05:00"],
  ["two-days", "sms", "2026-11-26T09:00:00-05:00"],
  ["gym-ok", "sms", "2026-11-26T15:30:00-05:00"],
  ["products-reminder", "sms", "2026-11-28T15:30:00-05:00"],
  ["sun-week", "sms", "2026-11-30T15:30:00-05:00"],
  ["two-weeks", "sms", "2026-12-07T15:30:00-05:00"],
  ["one-month", "sms", "2026-12-23T15:30:00-05:00"],
  ["two-months", "sms", "2027-01-23T15:30:00-05:00"],
];

const ENROL = { method: "post", path: "/v1/treatments", status: 201 } as const;

describe.each(ENGINES)("an enrolment on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let own: OwnWord;
  beforeAll(async () => {
    clinic = await openClinic(running, { timeZone: "America/Los_Angeles" });
    own = await readOpenApi(running.address);
  });

  const db = () => running.app.ledger.db;
  const post = <T>(path: string, patient: Partial<PatientBody> = {}) =>
    clinic.desk.post<T>(path, enrolmentBody(running.clock.now(), patient));

  it("is answered with all its reminders, in UTC and at the patient's offset", async () => {
    const { status, body } = await post<EnrolledAnswer>("/v1/treatments");
    expect(status).toBe(201);
    expect(own.faultsOf(ENROL, body)).toBeNull();
    expect(body.treatment).toMatchObject({
      protocol: { name: "microneedling", version: 4 },
      performedAt: "2026-11-23T20:30:00.000Z",
      timeZone: "America/New_York",
      channels: ["sms", "email"],
      status: "active",
      createdAt: "2026-11-23T20:30:00.000Z",
    });
    const { reminders, treatment } = body;
    expect(reminders.map((each) => [each.step, each.channel, each.localTime])).toEqual(LOCAL_TIMES);
    expect(new Set(reminders.map(({ id }) => id)).size).toBe(reminders.length);
    for (const each of reminders) {
      const { id: treatmentId, patientId } = treatment;
      expect(each).toMatchObject({ treatmentId, patientId, status: "scheduled" });
      expect(each).toMatchObject({ statusReason: null, trace: { timeZoneFrom: "patient" } });
      expect(each.dueAt).toBe(new Date(each.localTime).toISOString());
      expect(each.dueAt >= each.trace.trueAt).toBe(true);
      expect(each.expiresAt > each.dueAt).toBe(true);
    }
  });

  it("is read again as it was answered", async () => {
    const enrolled = await clinic.enrol();
    const { id } = enrolled.treatment;
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
    expect(
      own.faultsOf({ method: "get", path: "/v1/treatments/{id}", status: 200 }, body),
    ).toBeNull();
    expect(body.treatment).toEqual(enrolled.treatment);
    expect(body.reminders.map(withoutStatus)).toEqual(enrolled.reminders.map(withoutStatus));

    const [first] = enrolled.reminders;
    const detail = await clinic.desk.get<ReminderDetail>(`/v1/reminders/${first?.id}`);
    const described = { method: "get", path: "/v1/reminders/{id}", status: 200 } as const;
    expect(own.faultsOf(described, detail.body)).toBeNull();
    expect(detail.body).toMatchObject({ id: first?.id, trace: first?.trace, attempts: [] });
  });

  it("is planned as it would be enrolled, and nothing is stored", async () => {
    const patient = { externalId: "p-planned" };
    const plan = await post<{ reminders: FullReminder[] }>("/v1/plans", patient);
    expect(plan.status).toBe(200);
    expect(own.faultsOf({ method: "post", path: "/v1/plans", status: 200 }, plan.body)).toBeNull();
    const known = db().selectFrom("patients").select("id").where("external_id", "=", "p-planned");
    expect(await known.execute()).toEqual([]);

    const { reminders } = await clinic.enrol(patient);
    const ids = { id: expect.any(String), treatmentId: expect.any(String) };
    const stored = { ...ids, patientId: expect.any(String), replacedBy: null };
    expect(reminders).toEqual(plan.body.reminders.map((each) => ({ ...each, ...stored })));
  });

  it("without any consent is taken, and warns that nothing will be sent", async () => {
    const body = enrolmentBody(running.clock.now(), { externalId: "p-silent" });
    const consent = { ...body.consent, care: [] };
    const answer = await clinic.desk.post<{
      reminders: FullReminder[];
      warnings: { code: string; steps: string[] }[];
    }>("/v1/treatments", { ...body, channels: undefined, consent });
    expect(answer.status).toBe(201);
    const ends = new Set(answer.body.reminders.map(({ statusReason }) => statusReason));
    expect(ends).toEqual(new Set(["no_consent"]));
    const codes = answer.body.warnings.map(({ code }) => code);
    expect(codes).toEqual(["nothing_will_be_sent", "no_consent"]);
  });

  it("keeps which words were agreed to, and who heard it", async () => {
    const body = enrolmentBody(running.clock.now(), { externalId: "p-evidence" });
    const consent = { ...body.consent, textVersion: "2026-03", takenBy: "desk 2" };
    const answer = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", { ...body, consent });
    const kept = await db()
      .selectFrom("consents")
      .select(["purpose", "channel", "text_version", "taken_by"])
      .where("treatment_id", "=", answer.body.treatment.id)
      .orderBy("channel")
      .execute();
    const evidence = { purpose: "care", text_version: "2026-03", taken_by: "desk 2" };
    expect(kept).toEqual([
      { ...evidence, channel: "email" },
      { ...evidence, channel: "sms" },
    ]);
  });

  it("is told in the clinic's zone where the patient's is not given", async () => {
    const { timeZone: _, ...patient } = enrolmentBody(running.clock.now()).patient;
    const given = { ...patient, externalId: "p-without-zone" };
    const body = { ...enrolmentBody(running.clock.now()), patient: given };
    const { body: enrolled } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", body);
    expect(enrolled.treatment.timeZone).toBe("America/Los_Angeles");
    for (const { localTime, trace } of enrolled.reminders) {
      expect(trace).toMatchObject({
        timeZone: "America/Los_Angeles",
        timeZoneFrom: "clinic",
      });
      expect(localTime).toMatch(/-08:00$/);
    }
    const retinol = enrolled.reminders.find(({ step }) => step === "retinol-ok");
    expect(retinol?.localTime).toBe("2026-11-25T12:30:00-08:00");
  });

  it("keeps the evidence of each consent, and who enrolled whom", async () => {
    const at = running.clock.now();
    const given = new Date(at.getTime() - 60_000);
    const consent = { care: ["sms", "email"], rebook: ["email"], source: "form 3" };
    const body = { ...enrolmentBody(at), consent: { ...consent, at: given.toISOString() } };
    const { body: enrolled } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", body);
    const { id, patientId } = enrolled.treatment;

    const consents = db().selectFrom("consents").selectAll().where("treatment_id", "=", id);
    const rows = await consents.orderBy("purpose").orderBy("channel").execute();
    expect(rows.map(({ purpose, channel }) => `${purpose} ${channel}`)).toEqual([
      "care email",
      "care sms",
      "rebook email",
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({
        clinic_id: clinic.id,
        patient_id: patientId,
        source: "form 3",
        given_at: given,
        recorded_at: at,
        recorded_by: `key:${clinic.deskKey.id}`,
      });
    }
    const events = db().selectFrom("events").selectAll().where("treatment_id", "=", id);
    expect(await events.where("type", "=", "enrolled").execute()).toMatchObject([
      { actor: `key:${clinic.deskKey.id}`, detail: { reminders: 15 }, at },
    ]);
  });

  it("plans only over channels that were consented to and have an address", async () => {
    const at = running.clock.now();
    const { email: _, ...patient } = enrolmentBody(at, { externalId: "p-no-email" }).patient;
    const consent = { care: ["email", "sms"], rebook: [], source: "form 3", at: at.toISOString() };
    const body = { ...enrolmentBody(at), channels: ["email", "sms"], patient, consent };
    const { body: enrolled } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", body);
    expect(new Set(enrolled.reminders.map(({ channel }) => channel))).toEqual(new Set(["sms"]));
    for (const { trace, status } of enrolled.reminders) {
      expect(status).toBe("scheduled");
      expect(trace.channels).toEqual([
        { channel: "email", use: "no_address" },
        { channel: "sms", use: "usable" },
      ]);
    }
  });
});

/** What is due at once is taken to the queue while it is being read. */
function withoutStatus(reminder: FullReminder) {
  return { ...reminder, status: "any" };
}
