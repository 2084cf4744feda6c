import { beforeAll, describe, expect, it } from "vitest";
import type { Ticket } from "../../../src/domain/claim.ts";
import type { ReminderStatus } from "../../../src/domain/reminder.ts";
import { record } from "../../../src/ledger/delivery.ts";
import { useApp } from "../../support/app.ts";
import { claimOnly } from "../../support/claim.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type ReminderDetail,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";

const REASON = { reason: "the patient asked for it" };

interface CancelAnswer extends EnrolledAnswer {
  cancelled: number;
  alreadySending: number;
}

// Without a worker, so that each message stays where a test brings it.
describe.each(ENGINES)("a cancel on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  let patients = 0;
  /** A patient of their own for each test: treatments of one patient change each other's plans. */
  const enrolOne = () => {
    patients += 1;
    const phone = `+121255503${String(patients).padStart(2, "0")}`;
    return clinic.enrol({ externalId: phone, phone });
  };
  const cancelReminder = (id = "") =>
    clinic.admin.post<FullReminder>(`/v1/reminders/${id}/cancel`, REASON);
  const refuseReminder = (id = "") => clinic.admin.post(`/v1/reminders/${id}/cancel`, REASON);
  const cancelTreatment = (id: string) =>
    clinic.admin.post<CancelAnswer>(`/v1/treatments/${id}/cancel`, REASON);
  const detailOf = async (id = "") =>
    (await clinic.desk.get<ReminderDetail>(`/v1/reminders/${id}`)).body;
  const byStep = ({ reminders }: EnrolledAnswer, step: string) =>
    reminders.find((each) => each.step === step);

  /** The ticket of a reminder that is due at once, when the dispatcher has handed it over. */
  async function handedOver(id = ""): Promise<Ticket> {
    await until("it is queued", async () => (await detailOf(id)).status === "queued");
    const { db } = running.app.ledger;
    const row = db.selectFrom("reminders").select("dispatch_no").where("id", "=", id);
    const { dispatch_no: dispatchNo } = await row.executeTakeFirstOrThrow();
    return { reminderId: id, dispatchNo };
  }

  /** Claims as a worker does: from here on the message is leaving. */
  async function startSending(id = "") {
    const ticket = await handedOver(id);
    const claimed = await claimOnly(running.app.ledger, ticket, running.clock.now());
    if (claimed === null) throw new Error("the claim was refused");
    return claimed;
  }

  async function endSending(id: string, status: "sent" | "unknown"): Promise<void> {
    const claimed = await startSending(id);
    const { channel } = claimed;
    const move = { status, reason: null, channel, retries: 0, dueAt: null, sendUntil: null };
    const outcome =
      status === "sent"
        ? { kind: status, providerId: "SM1", delivered: false }
        : { kind: status, code: "ETIMEDOUT", detail: "no answer" };
    const recorded = { claimed, outcome, move, sign: null, actor: "worker" };
    await record(running.app.ledger, recorded, running.clock.now());
  }

  it("of a reminder is answered 200, and 200 again, and happens once", async () => {
    const enrolled = await enrolOne();
    const id = byStep(enrolled, "gym-ok")?.id;
    const first = await cancelReminder(id);
    expect(first).toMatchObject({ status: 200, body: { id, status: "cancelled" } });
    const again = await cancelReminder(id);
    expect({ status: again.status, text: again.text }).toEqual({ status: 200, text: first.text });

    const { events, status } = await detailOf(id);
    expect(status).toBe("cancelled");
    expect(events).toMatchObject([{ type: "cancelled", detail: REASON }]);
    expect(events[0]?.actor).toMatch(/^key:[0-9a-f-]{36}$/);
    const { body } = await clinic.desk.get<EnrolledAnswer>(
      `/v1/treatments/${enrolled.treatment.id}`,
    );
    expect(body.treatment.status).toBe("active");
    expect(body.reminders.filter((each) => each.status === "cancelled")).toHaveLength(1);
  });

  it("of a treatment takes all that is unsent, and nothing the second time", async () => {
    const { treatment, reminders } = await enrolOne();
    await cancelReminder(byStep({ treatment, reminders }, "gym-ok")?.id);
    const first = await cancelTreatment(treatment.id);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ cancelled: 14, alreadySending: 0 });
    expect(first.body.treatment).toEqual({ ...treatment, status: "cancelled" });
    expect(first.body.reminders.map(({ status }) => status)).toEqual(
      reminders.map((): ReminderStatus => "cancelled"),
    );
    const again = await cancelTreatment(treatment.id);
    expect(again.body).toEqual({ ...first.body, cancelled: 0 });
  });

  it("stops a message that waits in the queue: nobody can claim it", async () => {
    const enrolled = await enrolOne();
    const id = byStep(enrolled, "products")?.id;
    const ticket = await handedOver(id);
    expect((await cancelReminder(id)).status).toBe(200);
    const { ledger } = running.app;
    expect(await claimOnly(ledger, ticket, running.clock.now())).toBeNull();
    expect(await detailOf(id)).toMatchObject({ status: "cancelled", attempts: [] });
  });

  it("of a message that is leaving is refused, and says so", async () => {
    const enrolled = await enrolOne();
    const id = byStep(enrolled, "products")?.id;
    await startSending(id);
    expectProblem(await refuseReminder(id), { status: 409, code: "already_sending" });
    const { status, body } = await cancelTreatment(enrolled.treatment.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ cancelled: 14, alreadySending: 1 });
    expect(byStep(body, "products")?.status).toBe("sending");
  });

  it("of a message that may have left is refused in the same way", async () => {
    const enrolled = await enrolOne();
    const id = byStep(enrolled, "products")?.id ?? "";
    await endSending(id, "unknown");
    expectProblem(await refuseReminder(id), { status: 409, code: "already_sending" });
    const { body } = await cancelTreatment(enrolled.treatment.id);
    expect(body).toMatchObject({ cancelled: 14, alreadySending: 1 });
  });

  it("of a message that has left is refused, and a treatment's cancel leaves it", async () => {
    const enrolled = await enrolOne();
    const id = byStep(enrolled, "products")?.id ?? "";
    await endSending(id, "sent");
    expectProblem(await refuseReminder(id), { status: 409, code: "already_ended" });
    const { body } = await cancelTreatment(enrolled.treatment.id);
    expect(body).toMatchObject({ cancelled: 14, alreadySending: 0 });
    expect(byStep(body, "products")?.status).toBe("sent");
  });

  it("of a reminder that was skipped is refused", async () => {
    const now = running.clock.now();
    const performedAt = new Date(now.getTime() - 80 * 86_400_000).toISOString();
    const late = { ...enrolmentBody(now), performedAt };
    const { body } = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", late);
    const skipped = byStep(body, "essentials");
    expect(skipped).toMatchObject({ status: "skipped", statusReason: "expired" });
    expectProblem(await refuseReminder(skipped?.id), { status: 409, code: "already_ended" });
  });
});
