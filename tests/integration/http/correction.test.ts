import { beforeAll, describe, expect, it } from "vitest";
import { findTreatment } from "../../../src/ledger/treatments.ts";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";

const HOUR = 3_600_000;
const INVALID = { status: 422, code: "validation_failed" };
const REASON = { reason: "the time was wrong" };

interface CorrectedAnswer extends EnrolledAnswer {
  changed: number;
  retracted: number;
  untold: string[];
  reminders: CorrectedReminder[];
}

interface CorrectedReminder extends FullReminder {
  trace: FullReminder["trace"] & {
    after: string;
    anchor: string;
    overridden?: { after: string };
    waitUntil?: string | null;
  };
}

// With a worker, by a clock that stands still until a test moves it: all that is due is sent.
describe.each(ENGINES)("a correction on the %s engine", (kind) => {
  const running = useApp(kind, { worker: true });
  let clinic: TestClinic;
  let patients = 0;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  const now = () => running.clock.now();
  const pageTokenOf = async ({ treatment }: EnrolledAnswer) =>
    (await findTreatment(running.app.ledger.db, clinic.id, treatment.id))?.pageToken;
  const ago = (hours: number) => new Date(now().getTime() - hours * HOUR);

  /** A patient of her own for each test, who gets texts only. */
  async function enrol(hoursAgo: number, more: object = {}): Promise<EnrolledAnswer> {
    patients += 1;
    const phone = `+121255502${String(patients).padStart(2, "0")}`;
    const body = enrolmentBody(ago(hoursAgo), { externalId: phone, phone });
    const answer = await clinic.admin.post<EnrolledAnswer>("/v1/treatments", {
      ...body,
      channels: ["sms"],
      consent: { ...body.consent, care: ["sms"] },
      ...more,
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  const correct = ({ treatment }: EnrolledAnswer, body: object, who = clinic.admin) =>
    who.call<CorrectedAnswer>("PATCH", `/v1/treatments/${treatment.id}`, { body });
  const refused = ({ treatment }: EnrolledAnswer, body: object, who = clinic.admin) =>
    who.call("PATCH", `/v1/treatments/${treatment.id}`, { body });
  const remindersOf = async ({ treatment }: EnrolledAnswer) =>
    (await clinic.desk.get<CorrectedAnswer>(`/v1/treatments/${treatment.id}`)).body.reminders;
  const of = (reminders: CorrectedReminder[], step: string) =>
    reminders.filter((each) => each.step === step);
  const delivered = (enrolled: EnrolledAnswer, step: string) =>
    until(`${step} is delivered`, async () => {
      const [first] = of(await remindersOf(enrolled), step);
      return first?.status === "delivered";
    });

  it("plans what is unsent again, and keeps why", async () => {
    const enrolled = await enrol(1);
    const { status, body } = await correct(enrolled, { performedAt: now(), ...REASON });
    expect(status).toBe(200);
    expect(body.treatment.performedAt).toBe(now().toISOString());
    expect(body).toMatchObject({ retracted: 0, untold: [] });
    const [gym] = of(body.reminders, "gym-ok");
    expect(gym?.dueAt).toBe(new Date(now().getTime() + 72 * HOUR).toISOString());
    expect(gym?.trace.anchor).toBe(now().toISOString());
    const detail = await clinic.desk.get<{ events: { type: string; actor: string }[] }>(
      `/v1/reminders/${gym?.id}`,
    );
    expect(detail.body.events.at(-1)).toMatchObject({
      type: "planned again",
      detail: { reason: REASON.reason },
    });
  });

  it("takes back a permission that went out too early, and sends it again when it is true", async () => {
    const enrolled = await enrol(49);
    await delivered(enrolled, "makeup-ok");
    await delivered(enrolled, "retinol-ok");
    const performedAt = ago(20);
    const { body } = await correct(enrolled, { performedAt, ...REASON });
    // The one of make-up, at 24 hours, had given way to nothing: it went out, and is too early, too.
    expect(body.retracted).toBe(2);
    await delivered(enrolled, "retinol-wait");
    const said = running.outbox.filter((message) => message.content.text.includes("Sorry"));
    const wait = said.find((message) => message.content.text.includes("retinol"));
    // 48 hours after 19:30 on Sunday, by the clocks of New York.
    expect(wait?.content.text).toContain("Tuesday");
    const reminders = await remindersOf(enrolled);
    const [first, again, ...others] = of(reminders, "retinol-ok");
    expect(first?.status).toBe("delivered");
    expect(again?.status).toBe("scheduled");
    expect(again?.trace.trueAt).toBe(new Date(performedAt.getTime() + 48 * HOUR).toISOString());
    expect(others).toEqual([]);
  });

  it("names the right time where it is corrected once more", async () => {
    const enrolled = await enrol(49);
    await delivered(enrolled, "makeup-ok");
    await delivered(enrolled, "retinol-ok");
    await correct(enrolled, { performedAt: ago(20), ...REASON });
    await delivered(enrolled, "retinol-wait");
    const { body } = await correct(enrolled, { performedAt: ago(10), ...REASON });
    expect(body.retracted).toBe(2);
    const waits = of(body.reminders, "retinol-wait");
    const until48 = new Date(ago(10).getTime() + 48 * HOUR).toISOString();
    expect(waits.map(({ trace }) => trace.waitUntil).at(-1)).toBe(until48);
    expect(of(body.reminders, "retinol-ok")).toHaveLength(2);
  });

  it("that is taken back itself lets the permission go out once more", async () => {
    const enrolled = await enrol(73);
    await delivered(enrolled, "gym-ok");
    await correct(enrolled, { performedAt: ago(20), ...REASON });
    await delivered(enrolled, "gym-wait");
    running.clock.moveBy(60_000);
    await correct(enrolled, { performedAt: enrolled.treatment.performedAt, ...REASON });
    // This day has had its messages.
    running.clock.moveBy(24 * HOUR);
    const all = await until("the gym is permitted again", async () => {
      const found = of(await remindersOf(enrolled), "gym-ok");
      return found.every(({ status }) => status === "delivered") ? found : undefined;
    });
    expect(all).toHaveLength(2);
  });

  it("by seconds is none to the patient", async () => {
    const enrolled = await enrol(49);
    await delivered(enrolled, "retinol-ok");
    const minute = new Date(Math.floor(ago(20).getTime() / 60_000) * 60_000);
    const after = (seconds: number) => new Date(minute.getTime() + seconds * 1_000);
    await correct(enrolled, { performedAt: after(5), ...REASON });
    await delivered(enrolled, "retinol-wait");
    const { body } = await correct(enrolled, { performedAt: after(50), ...REASON });
    expect(body.retracted).toBe(0);
  });

  it("of another treatment is told to the desk that enrols it", async () => {
    const enrolled = await enrol(73);
    await delivered(enrolled, "gym-ok");
    const phone = `+121255502${String(patients).padStart(2, "0")}`;
    const body = enrolmentBody(ago(74), { externalId: phone, phone });
    const second = { ...body, performedAt: ago(40).toISOString() };
    const plan = await clinic.admin.post<{ warnings: { code: string; steps: string[] }[] }>(
      "/v1/plans",
      second,
    );
    const told = plan.body.warnings.find(({ code }) => code === "permission_taken_back");
    expect(told?.steps).toContain("gym-ok");
  });

  it("takes back nothing that is true all the same", async () => {
    const enrolled = await enrol(60);
    await delivered(enrolled, "makeup-ok");
    await delivered(enrolled, "retinol-ok");
    const { body } = await correct(enrolled, { performedAt: ago(50), ...REASON });
    expect(body.retracted).toBe(0);
    expect(of(body.reminders, "retinol-ok")).toHaveLength(1);
  });

  it("takes back every permission of a treatment that is cancelled with retract", async () => {
    const enrolled = await enrol(49);
    await delivered(enrolled, "makeup-ok");
    await delivered(enrolled, "retinol-ok");
    const path = `/v1/treatments/${enrolled.treatment.id}/cancel`;
    const body = { reason: "another patient's", retract: true };
    const cancelled = await clinic.admin.post<CorrectedAnswer>(path, body);
    expect(cancelled.body.retracted).toBe(2);
    await delivered(enrolled, "retinol-wait");
    const [wait] = of(await remindersOf(enrolled), "retinol-wait");
    expect(wait?.trace.waitUntil).toBeNull();
    const { text = "" } = running.outbox.at(-1)?.content ?? {};
    expect(text).toContain("until you have spoken with us");
    // Where a clinic's texts say no more than that there is something to read, it is the page that says it.
    const page = await fetch(`${running.address}/t/${await pageTokenOf(enrolled)}`);
    const html = await page.text();
    expect(html).toContain("Retinol");
    expect(html).toContain("Wait until your clinic has spoken to you.");
  });

  it("names the permissions of which a patient who stopped the texts is not told", async () => {
    const enrolled = await enrol(49);
    await delivered(enrolled, "makeup-ok");
    await delivered(enrolled, "retinol-ok");
    const token = await pageTokenOf(enrolled);
    const form = new URLSearchParams({ channel: "sms" });
    const stop = await fetch(`${running.address}/t/${token}/stop`, { method: "POST", body: form });
    expect(stop.status).toBe(200);
    const { body } = await correct(enrolled, { performedAt: ago(20), ...REASON });
    expect(body).toMatchObject({ retracted: 0, untold: ["makeup-ok", "retinol-ok"] });
    const path = `/v1/treatments/${enrolled.treatment.id}/cancel`;
    const why = { reason: "another patient's", retract: true };
    const cancelled = await clinic.admin.post<CorrectedAnswer>(path, why);
    expect(cancelled.body).toMatchObject({ retracted: 0, untold: ["makeup-ok", "retinol-ok"] });
  });

  it("is refused once the treatment is cancelled, and for a time that cannot be", async () => {
    const enrolled = await enrol(1);
    const late = await refused(enrolled, { performedAt: ago(-1), ...REASON });
    expectProblem(late, { ...INVALID, paths: ["performedAt"] });
    expectProblem(await refused(enrolled, REASON), { ...INVALID, paths: [""] });
    await clinic.admin.post(`/v1/treatments/${enrolled.treatment.id}/cancel`, REASON);
    const cancelled = await refused(enrolled, { performedAt: now(), ...REASON });
    expectProblem(cancelled, { status: 409, code: "cancelled" });
  });

  it("is an admin's, but for a step that comes later", async () => {
    const enrolled = await enrol(1);
    const { desk } = clinic;
    const earlier = await refused(enrolled, { performedAt: now(), ...REASON }, desk);
    expectProblem(earlier, { status: 403, code: "admin_only" });
    const sooner = { overrides: { "gym-ok": "48h" }, ...REASON };
    expectProblem(await refused(enrolled, sooner, desk), { status: 403, code: "below_floor" });
    const later = { overrides: { "gym-ok": "96h" }, ...REASON };
    const { status, body } = await correct(enrolled, later, desk);
    expect(status).toBe(200);
    const [gym] = of(body.reminders, "gym-ok");
    expect(gym?.trace).toMatchObject({ after: "96h", overridden: { after: "72h" } });
    expect(gym?.dueAt).toBe(new Date(ago(1).getTime() + 96 * HOUR).toISOString());

    const back = await correct(enrolled, { overrides: { "gym-ok": null }, ...REASON }, desk);
    expect(of(back.body.reminders, "gym-ok")[0]?.trace.after).toBe("72h");
  });

  it("of an override at enrolment needs an admin and a reason below the floor", async () => {
    const body = enrolmentBody(now(), { externalId: "p-over", phone: "+12125550299" });
    const sooner = { ...body, overrides: { "retinol-ok": "24h" } };
    const desk = await clinic.desk.post("/v1/treatments", sooner);
    expectProblem(desk, { status: 403, code: "below_floor" });
    const silent = await clinic.admin.post("/v1/treatments", sooner);
    expectProblem(silent, { ...INVALID, paths: ["overrideReason"] });
    const soon = { ...body, overrides: { "gym-ok": "soon" } };
    const unread = await clinic.desk.post("/v1/plans", soon);
    expectProblem(unread, { ...INVALID, paths: ["overrides.gym-ok"] });
    const wrong = { ...body, overrides: { "no-such-step": "72h" } };
    const unknown = await clinic.desk.post("/v1/plans", wrong);
    expectProblem(unknown, { ...INVALID, paths: ["overrides.no-such-step"] });

    const overrideReason = "the clinician saw the skin";
    const told = await clinic.admin.post<CorrectedAnswer>("/v1/treatments", {
      ...sooner,
      overrideReason,
    });
    expect(told.status).toBe(201);
    const [retinol] = of(told.body.reminders, "retinol-ok");
    expect(retinol?.trace).toMatchObject({ after: "24h", overridden: { after: "48h" } });
  });
});
