import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem, storedRows } from "./refusal.ts";

const INVALID = { status: 422, code: "validation_failed" };
const REASON = { reason: "the clinician saw the skin" };

describe.each(ENGINES)("an override on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let patients = 0;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  function bodyWith(overrides: Record<string, string>, more: object = {}) {
    const phone = `+121255506${String(++patients).padStart(2, "0")}`;
    return {
      ...enrolmentBody(running.clock.now(), { externalId: phone, phone }),
      overrides,
      ...more,
    };
  }

  it.each(["essentials", "products"])(
    "of %s, which goes out at any hour, is refused",
    async (step) => {
      const before = await storedRows(running.app.ledger);
      const refusal = { ...INVALID, paths: [`overrides.${step}`] };
      const body = bodyWith({ [step]: "12h" }, { overrideReason: "a reason" });
      for (const path of ["/v1/treatments", "/v1/plans"]) {
        const answer = await clinic.admin.post(path, body);
        expectProblem(answer, refusal);
        expect(answer.body.errors?.[0]?.message).toContain("at any hour");
      }
      expect(await storedRows(running.app.ledger)).toEqual(before);
      const { treatment } = await clinic.enrol({ externalId: `p-${step}`, phone: "+12125550697" });
      const path = `/v1/treatments/${treatment.id}`;
      const correction = { body: { overrides: { [step]: "12h" }, ...REASON } };
      expectProblem(await clinic.admin.call("PATCH", path, correction), refusal);
    },
  );

  it.each(["60d", "1h"])("of a caution to %s needs an admin and a reason", async (after) => {
    const refusal = { status: 403, code: "not_a_permission" };
    const body = bodyWith({ sun: after });
    const { body: said } = await clinic.desk.post("/v1/treatments", body);
    expectProblem(await clinic.desk.post("/v1/treatments", body), refusal);
    expect(said.detail).toContain("sun (8h)");
    expectProblem(await clinic.desk.post("/v1/plans", body), refusal);
    const silent = await clinic.admin.post("/v1/treatments", body);
    expectProblem(silent, { ...INVALID, paths: ["overrideReason"] });
    const told = { ...body, overrideReason: REASON.reason };
    const { status, body: made } = await clinic.admin.post<EnrolledAnswer>("/v1/treatments", told);
    expect(status).toBe(201);
    const sun = made.reminders.find(({ step }) => step === "sun");
    expect(sun?.trace).toMatchObject({ after, overridden: { after: "8h" } });
  });

  it("of a caution in a correction is an admin's, and its end is anybody's", async () => {
    const { treatment } = await clinic.enrol({ externalId: "p-sun", phone: "+12125550698" });
    const correct = (after: string | null, who = clinic.desk) =>
      who.call<{ reminders: (FullReminder & { trace: { after: string } })[] }>(
        "PATCH",
        `/v1/treatments/${treatment.id}`,
        { body: { overrides: { sun: after }, ...REASON } },
      );
    const refused = await clinic.desk.call("PATCH", `/v1/treatments/${treatment.id}`, {
      body: { overrides: { sun: "10h" }, ...REASON },
    });
    expectProblem(refused, { status: 403, code: "not_a_permission" });
    expect((await correct("10h", clinic.admin)).status).toBe(200);
    const { status, body } = await correct(null);
    expect(status).toBe(200);
    expect(body.reminders.find(({ step }) => step === "sun")?.trace.after).toBe("8h");
  });

  it("of days is as long as they are in the patient's zone, known or given", async () => {
    // The day before the clocks of Sydney go forward: the second day has 23 hours.
    const performedAt = "2026-10-03T12:00:00+10:00";
    const inDays = bodyWith({ "retinol-ok": "2d" }, { performedAt });
    const { timeZone: _, ...unsaid } = inDays.patient;
    const sydney = { ...inDays, patient: { ...unsaid, timeZone: "Australia/Sydney" } };
    const refusal = { status: 403, code: "below_floor" };
    for (const path of ["/v1/treatments", "/v1/plans"]) {
      expectProblem(await clinic.desk.post(path, sydney), refusal);
    }
    expect((await clinic.desk.post("/v1/plans", inDays)).status).toBe(200);

    const enrolled = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", {
      ...sydney,
      overrides: {},
    });
    expect(enrolled.status).toBe(201);
    expectProblem(await clinic.desk.post("/v1/plans", { ...inDays, patient: unsaid }), refusal);
    const path = `/v1/treatments/${enrolled.body.treatment.id}`;
    const correction = { body: { overrides: { "retinol-ok": "2d" }, ...REASON } };
    expectProblem(await clinic.desk.call("PATCH", path, correction), refusal);
    expect((await clinic.admin.call("PATCH", path, correction)).status).toBe(200);
  });

  it("that lengthens a permission is a clinician's own", async () => {
    const { status } = await clinic.desk.post("/v1/treatments", bodyWith({ "retinol-ok": "96h" }));
    expect(status).toBe(201);
  });
});
