import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  openClinic,
  type PageAnswer,
  type TestClinic,
  type TreatmentBody,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";

describe.each(ENGINES)("an Idempotency-Key on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let body: ReturnType<typeof enrolmentBody>;
  beforeAll(async () => {
    clinic = await openClinic(running);
    body = enrolmentBody(running.clock.now());
  });

  const enrol = (key: string, sent: object = body, at = clinic) =>
    at.desk.post<EnrolledAnswer>("/v1/treatments", sent, { "idempotency-key": key });

  async function treatments(at = clinic): Promise<number> {
    const { body } = await at.desk.get<PageAnswer<TreatmentBody>>("/v1/treatments?limit=200");
    return body.items.length;
  }

  it("with the same body gives the first answer, whatever has become of it", async () => {
    const first = await enrol("moved-on");
    expect(first.status).toBe(201);
    const { id } = first.body.treatment;
    const reason = { reason: "the patient asked for it" };
    const cancel = await clinic.admin.post(`/v1/treatments/${id}/cancel`, reason);
    expect(cancel.status).toBe(200);

    const before = await treatments();
    running.clock.moveBy(3_600_000);
    const again = await enrol("moved-on");
    expect({ status: again.status, text: again.text }).toEqual({ status: 200, text: first.text });
    expect(await treatments()).toBe(before);
  });

  it("takes another order of the fields, and defaults spelled out, for the same body", async () => {
    const { rebook: _, ...consent } = body.consent;
    const first = await enrol("order", { ...body, consent });
    const turned = reversed(body);
    expect(Object.keys(turned)[0]).toBe("consent");
    const again = await enrol("order", turned);
    expect({ status: again.status, text: again.text }).toEqual({ status: 200, text: first.text });
  });

  it("with another body is a conflict, and changes nothing", async () => {
    const first = await enrol("other");
    const before = await treatments();
    const patient = { ...body.patient, firstName: "Mina" };
    expectProblem(await clinicPost({ ...body, patient }), {
      status: 409,
      code: "idempotency_conflict",
    });
    // The order of channels is the patient's preference: that is another body.
    const channels = body.channels.toReversed();
    expect((await clinicPost({ ...body, channels })).status).toBe(409);
    expect(await treatments()).toBe(before);
    const again = await enrol("other");
    expect(again.text).toBe(first.text);

    function clinicPost(sent: object) {
      return clinic.desk.post("/v1/treatments", sent, { "idempotency-key": "other" });
    }
  });

  it("makes one treatment, however many come at once", async () => {
    const before = await treatments();
    const answers = await Promise.all(Array.from({ length: 20 }, () => enrol("at-once")));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await treatments()).toBe(before + 1);
  });

  it("makes one treatment of somebody new, however many come at once", async () => {
    const patient = {
      externalId: "p-new",
      firstName: "Zoë",
      phone: "+12125550177",
      email: "z@a.test",
    };
    const sent = enrolmentBody(running.clock.now(), patient);
    const before = await treatments();
    const answers = await Promise.all(Array.from({ length: 20 }, () => enrol("new-at-once", sent)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await treatments()).toBe(before + 1);
  });

  it("makes one treatment of two bodies that come at once", async () => {
    const other = enrolmentBody(running.clock.now(), { firstName: "Mina" });
    const sent = Array.from({ length: 10 }, (_each, index) => (index % 2 === 0 ? body : other));
    const before = await treatments();
    const answers = await Promise.all(sent.map((each) => enrol("two-bodies", each)));
    const count = (status: number) => answers.filter((each) => each.status === status).length;
    expect([count(201), count(200), count(409)]).toEqual([1, 4, 5]);
    expect(await treatments()).toBe(before + 1);
  });

  it("is the clinic's own", async () => {
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const here = await enrol("shared");
    const there = await enrol("shared", body, elsewhere);
    expect([here.status, there.status]).toEqual([201, 201]);
    expect(there.body.treatment.id).not.toBe(here.body.treatment.id);
    expect(await treatments(elsewhere)).toBe(1);
  });

  it("is not used up by a refusal", async () => {
    const refused = await enrol("refused", { ...body, protocol: "hair-removal" });
    expect(refused.status).toBe(422);
    expect((await enrol("refused")).status).toBe(201);
  });

  it("is left out by those who mean two treatments", async () => {
    const before = await treatments();
    await clinic.enrol();
    await clinic.enrol();
    expect(await treatments()).toBe(before + 2);
  });
});

/** The same value with the fields of every object in the opposite order. */
function reversed(value: object): object {
  if (Array.isArray(value)) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(
    entries.map(([name, part]: [string, unknown]) => [
      name,
      typeof part === "object" && part !== null ? reversed(part) : part,
    ]),
  );
}
