import { beforeEach, describe, expect, it } from "vitest";
import { scaledClock } from "../../../src/clock.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { type Delivery, deliver } from "../../../src/queue/deliver.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { useRig } from "./rig.ts";

describe.each(DEPLOYMENTS)("a reminder that is handed over, on %s", (kind) => {
  const rig = useRig(kind);

  // Not after each: the test's workers close only then, and would miss the job that they end.
  beforeEach(async () => {
    await rig.queue.obliterate({ force: true });
  });

  const queueIsDone = () =>
    until("the queue is empty", async () => {
      return (await rig.queue.getJobCountByTypes("waiting", "delayed", "active")) === 0;
    });

  it("is sent once, by the channel that the patient prefers", async () => {
    const byText = await rig.enrol("once");
    const byMail = await rig.enrol("once", ["email", "sms"]);
    await rig.dispatch();
    rig.work();
    await rig.ends(byText, "sent");
    await rig.ends(byMail, "sent");
    expect(rig.texts(byText)).toHaveLength(1);
    expect(rig.mails(byText)).toHaveLength(0);
    expect(rig.texts(byMail)).toHaveLength(0);
    expect(rig.mails(byMail)).toHaveLength(1);
    const [attempt, ...more] = await rig.attempts(byText);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({
      dispatchNo: 1,
      provider: "twilio",
      providerId: rig.texts(byText)[0]?.sid,
      status: "sent",
      body: rig.texts(byText)[0]?.params.Body,
    });
  });

  it("has one attempt however many workers claim it at the same time", async () => {
    const patient = await rig.enrol("once");
    await rig.dispatch();
    const ticket = { reminderId: patient.reminder.id, dispatchNo: 1 };
    await Promise.all(Array.from({ length: 20 }, () => deliver(rig.delivery, ticket)));
    expect(await rig.attempts(patient)).toHaveLength(1);
    expect(rig.texts(patient)).toHaveLength(1);
  });

  it("is not sent by a ticket of an earlier hand-over, nor by one of none", async () => {
    const patient = await rig.enrol("once");
    const reminderId = patient.reminder.id;
    await rig.dispatch();
    await rig.loseQueue();
    rig.skip(31_000);
    await rig.rescue();
    await rig.queue.add("deliver", { reminderId, dispatchNo: 1 }, { jobId: "late" });
    await rig.queue.add("deliver", { reminderId, dispatchNo: 2 }, { jobId: "from-the-future" });

    rig.work();
    await queueIsDone();
    expect((await rig.reminder(patient)).status).toBe("scheduled");
    expect(await rig.attempts(patient)).toEqual([]);

    await rig.dispatch();
    await rig.queue.add("deliver", { reminderId, dispatchNo: 1 }, { jobId: "from-the-past" });
    await rig.ends(patient, "sent");
    await queueIsDone();
    expect(rig.texts(patient)).toHaveLength(1);
    expect(await rig.attempts(patient)).toMatchObject([{ dispatchNo: 2 }]);
  });

  it("keeps its place in a queue that is slow, and loses it in one that has lost it", async () => {
    const patient = await rig.enrol("once");
    await rig.dispatch();
    rig.skip(31_000);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("queued");
    await rig.loseQueue();
    rig.skip(31_000);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("scheduled");
    await rig.dispatch();
  });

  it("waits where the job comes before its time by the worker's clock", async () => {
    const patient = await rig.enrol("once");
    await rig.dispatch();
    const due = patient.reminder.dueAt;
    // Behind, and at an odd pace: what is left of the wait is no whole number of milliseconds.
    const behind = scaledClock(new Date(due.getTime() - 1_999), 1.7);
    rig.work({ ...rig.delivery, clock: behind });
    await until("the job waits", async () => (await rig.queue.getDelayedCount()) === 1);
    expect(rig.texts(patient)).toHaveLength(0);
    expect((await rig.reminder(patient)).status).toBe("queued");

    await rig.ends(patient, "sent");
    const [attempt] = await rig.attempts(patient);
    expect(attempt?.startedAt.getTime()).toBeGreaterThanOrEqual(due.getTime());
    expect(rig.texts(patient)).toHaveLength(1);
  });

  it("waits for the next opening where the send window has closed meanwhile", async () => {
    rig.skipToHour(18);
    rig.skip(59.5 * 60_000);
    const patient = await rig.enrol("later");
    rig.skip(60 * 60_000);
    await rig.dispatch();
    expect((await rig.reminder(patient)).status).toBe("queued");
    rig.skip(60_000);
    rig.work();
    const { dueAt, sendUntil, statusReason } = await rig.ends(patient, "scheduled");
    expect(statusReason).toBe("outside_hours");
    // From 09:00 to 20:00 of the next day there; in UTC it is the same day as the closing was.
    const opening = new Date(patient.reminder.dueAt);
    opening.setUTCHours(14, 0, 0, 0);
    expect([dueAt, sendUntil]).toEqual([opening, new Date(opening.getTime() + 11 * 3_600_000)]);
    expect(rig.texts(patient)).toHaveLength(0);

    rig.skipToHour(9);
    await rig.dispatch();
    await rig.ends(patient, "sent");
    expect(rig.texts(patient)).toHaveLength(1);
  });

  it("waits for the clinic's present hours, where they have changed since it was planned", async () => {
    const patient = await rig.enrol("spread", ["sms"]);
    await rig.dispatch();
    await updateClinic(rig.ledger.db, rig.clinic.id, { sendWindow: "03:00-03:01" });
    rig.work();
    await rig.ends(patient, "scheduled");
    expect(rig.texts(patient)).toHaveLength(0);
    await updateClinic(rig.ledger.db, rig.clinic.id, { sendWindow: rig.clinic.sendWindow });
  });

  it("is not sent where its window closes between the claim and the send", async () => {
    const patient = await rig.enrol("brief", ["sms"]);
    await rig.dispatch();
    await rig.loseQueue();
    // The worker looks, renders and claims in time, and then stands still.
    let isClaimed = false;
    const closing = patient.reminder.expiresAt;
    const clock = { ...rig.clock, now: () => (isClaimed ? closing : rig.clock.now()) };
    const statements: Delivery["statements"] = {
      ...rig.delivery.statements,
      async claim(request, now) {
        isClaimed = await rig.delivery.statements.claim(request, now);
        return isClaimed;
      },
    };
    const delivery = { ...rig.delivery, clock, statements };
    await deliver(delivery, { reminderId: patient.reminder.id, dispatchNo: 1 });
    expect(rig.texts(patient)).toHaveLength(0);
    expect((await rig.reminder(patient)).status).toBe("failed");
    expect(await rig.attempts(patient)).toMatchObject([
      { status: "failed", code: "worker_stalled" },
    ]);
  });

  it("is skipped where it has gone stale meanwhile", async () => {
    const patient = await rig.enrol("brief");
    await rig.dispatch();
    rig.skip(60 * 60_000);
    rig.work();
    expect((await rig.ends(patient, "skipped")).statusReason).toBe("expired");
    expect(await rig.attempts(patient)).toEqual([]);
  });

  it("goes by no channel at all where the patient opted out of its own meanwhile", async () => {
    const both = await rig.enrol("once");
    const textOnly = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    for (const { phone } of [both, textOnly]) await optOutUnseen("sms", phone);
    rig.work();
    for (const patient of [both, textOnly]) {
      expect((await rig.ends(patient, "skipped")).statusReason).toBe("opted_out");
      expect([...rig.texts(patient), ...rig.mails(patient)]).toHaveLength(0);
      expect(await rig.attempts(patient)).toEqual([]);
    }
  });

  /** As an opt-out that is written while an enrolment, which did not see it, is being written. */
  async function optOutUnseen(channel: ChannelName, address: string): Promise<void> {
    await rig.ledger.db
      .insertInto("opt_outs")
      .values({
        clinic_id: rig.clinic.id,
        channel,
        address,
        source: "a rig",
        created_at: rig.clock.now(),
      })
      .execute();
  }
});
