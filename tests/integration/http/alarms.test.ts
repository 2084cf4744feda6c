import { describe, expect, it } from "vitest";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { callerAt } from "../../support/appCaller.ts";
import type { EnrolledAnswer } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";
import { CLINIC_EMAIL, CLINIC_PHONE, type InboxItemAnswer, useTexter } from "./texter.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.each(ENGINES)("an alarming text, on the %s engine", (kind) => {
  const texter = useTexter(kind);

  const statuses = async ({ treatment }: EnrolledAnswer, step: string) => {
    const { body } = await texter.clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`);
    return body.reminders
      .filter((each) => each.step === step)
      .map(({ status, statusReason }) => `${status} ${statusReason ?? ""}`.trim());
  };
  const itemOf = async (phone: string): Promise<InboxItemAnswer> =>
    until("it is in the inbox", async () =>
      (await texter.inbox()).find(({ from }) => from === phone),
    );
  const mailAbout = (text: string) =>
    until(`a mail about "${text}"`, async () => {
      for (const mail of texter.smtp.messages) {
        if (!mail.envelope.to.includes(CLINIC_EMAIL)) continue;
        const parsed = await mail.parsed();
        if (parsed.text?.includes(text)) return parsed;
      }
      return undefined;
    });
  const postedAbout = (text: string) => texter.webhook.posted.filter((x) => x.body.text === text);

  it("pauses the patient's permissions, and tells the clinic at once by mail and webhook", async () => {
    const phone = texter.nextPhone();
    const of = await texter.enrol(phone);
    const text = "The redness is spreading and there's pus";
    const answer = await texter.text(phone, text);
    expect(answer).toContain(`call us now at ${CLINIC_PHONE}`);
    expect(answer).toContain("911");
    expect(await statuses(of, "retinol-ok")).toEqual(["skipped paused"]);
    expect(await statuses(of, "gym-ok")).toEqual(["skipped paused"]);
    expect(await statuses(of, "two-weeks")).toEqual(["scheduled"]);
    const gym = of.reminders.find(({ step }) => step === "gym-ok")?.id ?? "";
    expect((await texter.detailOf(gym)).events).toMatchObject([
      { type: "skipped", actor: "patient", detail: { reason: "paused" } },
    ]);

    const item = await itemOf(phone);
    expect(item).toMatchObject({ reading: "alarm", alarm: true, text, answer, handledAt: null });
    expect(item.patient?.permissionsPausedAt).toBe(texter.running.clock.now().toISOString());

    const mail = await mailAbout(text);
    expect(mail.subject).toBe("ALARM: a patient needs a call now");
    expect(mail.text).toContain(phone);
    expect(mail.text).toContain(item.id);
    expect(mail.headers.has("list-unsubscribe")).toBe(false);
    const [alarm] = await until("it is posted", () => {
      const posted = postedAbout(text);
      return posted.length > 0 && posted;
    });
    expect(alarm).toMatchObject({
      path: "/alarms",
      contentType: "application/json",
      body: { type: "alarm", inboxId: item.id, from: phone, reading: "alarm" },
    });
    expect(alarm && texter.webhook.signed(alarm)).toBe(true);
  });

  it("keeps permissions of a later enrolment back, until an admin lets them go on", async () => {
    const phone = texter.nextPhone();
    const earlier = await texter.enrol(phone);
    await texter.text(phone, "tengo fiebre");
    const later = await texter.enrol(phone);
    const idOf = ({ reminders }: EnrolledAnswer) =>
      reminders.find(({ step }) => step === "makeup-ok")?.id ?? "";
    const id = idOf(later);
    texter.running.clock.moveBy(24 * HOUR);
    await until("it is not sent", async () => (await texter.detailOf(id)).status === "skipped");
    const { statusReason, attempts } = await texter.detailOf(id);
    expect([statusReason, attempts]).toEqual(["paused", []]);
    const replay = () =>
      texter.clinic.admin.post(`/v1/reminders/${id}/replay`, { reason: "looked at" });
    expectProblem(await replay(), { status: 409, code: "paused" });

    const pausedPatients = async () => {
      const { text } = await callerAt(texter.running.address, null).get("/metrics");
      return Number(/^aftercare_paused_patients (\d+)$/m.exec(text)?.[1]);
    };
    const paused = await pausedPatients();
    const item = await itemOf(phone);
    const path = `/v1/inbox/${item.id}/handled`;
    const refused = await texter.clinic.desk.post(path, { resume: true });
    expectProblem(refused, { status: 403, code: "admin_only" });
    const handled = await texter.clinic.admin.post<InboxItemAnswer>(path, { resume: true });
    expect(handled.body.patient?.permissionsPausedAt).toBeNull();
    expect(handled.body.handledBy).toMatch(/^key:/);
    expect(await pausedPatients()).toBe(paused - 1);
    // Both treatments permit it at the same moment, so that one message says it for both: on the
    // next day, where this one has had its three messages.
    texter.running.clock.moveBy(24 * HOUR);
    await until("it is sent after all", async () => {
      // A minute each time: a send that the leap of the clock met is tried again half a minute later.
      texter.running.clock.moveBy(60_000);
      const both = await Promise.all([earlier, later].map((each) => texter.detailOf(idOf(each))));
      return both.some(({ status }) => status === "sent" || status === "delivered");
    });
  });

  it("is marked as handled once, by whoever was first", async () => {
    const phone = texter.nextPhone();
    await texter.enrol(phone);
    await texter.text(phone, "thank you all");
    const item = await itemOf(phone);
    const path = `/v1/inbox/${item.id}/handled`;
    const first = await texter.clinic.desk.post<InboxItemAnswer>(path);
    expect(first.body.handledBy).toBe(`key:${texter.clinic.deskKey.id}`);
    expect((await texter.clinic.admin.post(path, {})).body).toEqual(first.body);
    const open = await texter.inbox("?handled=false");
    expect(open.some(({ id }) => id === item.id)).toBe(false);
    const done = await texter.inbox("?handled=true");
    expect(done.some(({ id }) => id === item.id)).toBe(true);
    const wrong = await texter.clinic.desk.get("/v1/inbox?handled=maybe");
    expectProblem(wrong, { status: 422, code: "validation_failed", paths: ["handled"] });
  });

  it("can be a stop as well", async () => {
    const phone = texter.nextPhone();
    const of = await texter.enrol(phone);
    const answer = await texter.text(phone, "STOP. I am bleeding");
    expect(answer).toContain("no more texts");
    expect(answer).toContain(CLINIC_PHONE);
    expect(await statuses(of, "gym-ok")).toEqual(["skipped opted_out"]);
    expect(await itemOf(phone)).toMatchObject({ reading: "alarm", alarm: true });
  });

  it("is answered with the clinic's own words, where it has some", async () => {
    const { db } = texter.running.app.ledger;
    await updateClinic(db, texter.clinic.id, { emergencyText: "Ring Dr. Wu: 555 0199." });
    const phone = texter.nextPhone();
    await texter.enrol(phone);
    expect(await texter.text(phone, "severe pain")).toBe("Ring Dr. Wu: 555 0199.");
    await updateClinic(db, texter.clinic.id, { emergencyText: null });
  });

  it("is posted again where nobody took it, for a day, and a reply goes by mail only", async () => {
    const phone = texter.nextPhone();
    await texter.enrol(phone);
    const text = "I can't see well";
    texter.webhook.answer(302, "/elsewhere");
    await texter.text(phone, text);
    await until("it is posted", () => postedAbout(text).length === 1);
    texter.webhook.answer(503);
    texter.running.clock.moveBy(MINUTE);
    await until("it is posted again", () => postedAbout(text).length === 2);
    expect(postedAbout(text).map(({ path }) => path)).toEqual(["/alarms", "/alarms"]);
    texter.webhook.answer(200);
    texter.running.clock.moveBy(2 * MINUTE);
    await until("it is posted once more", () => postedAbout(text).length === 3);
    const ids = postedAbout(text).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    texter.running.clock.moveBy(2 * HOUR);
    await texter.text(phone, "see you on Friday");
    await mailAbout("see you on Friday");
    expect(postedAbout(text)).toHaveLength(3);
    expect(postedAbout("see you on Friday")).toEqual([]);

    texter.webhook.answer(500);
    await texter.text(phone, "my eye is swollen");
    await until("it is posted", () => postedAbout("my eye is swollen").length === 1);
    texter.running.clock.moveBy(25 * HOUR);
    await until("it is given up", async () => {
      const { db } = texter.running.app.ledger;
      const lost = db.selectFrom("notices").select("id").where("failed_at", "is not", null);
      return (await lost.execute()).length === 1;
    });
    expect(postedAbout("my eye is swollen")).toHaveLength(2);
    texter.webhook.answer(204);
  });

  it("waits where the clinic gave no address, and goes to the one that it is given; a reply does not", async () => {
    const elsewhere = await texter.openAnother("Hillside Clinic");
    const phone = texter.nextPhone();
    await texter.enrol(phone, {}, elsewhere);
    const { db } = texter.running.app.ledger;
    const made = db.selectFrom("notices").select("sent_at").where("clinic_id", "=", elsewhere.id);
    await texter.text(phone, "see you on Monday");
    expect(await made.execute()).toEqual([]);
    expect(await texter.text(phone, "I have chills and a fever")).toContain(CLINIC_PHONE);
    expect(await made.execute()).toEqual([{ sent_at: null }]);
    await updateClinic(db, elsewhere.id, { email: CLINIC_EMAIL });
    texter.running.clock.moveBy(MINUTE);
    await mailAbout("I have chills and a fever");
    await until("it is told", async () => (await made.execute()).every((each) => each.sent_at));
  });
});
