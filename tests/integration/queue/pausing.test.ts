import { beforeEach, describe, expect, it } from "vitest";
import { meaningOfTwilioStatus } from "../../../src/channels/twilioOutcome.ts";
import { addReceipt } from "../../../src/ledger/receipts.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type Enrolled, useRig } from "./rig.ts";

const WRONG_LOGIN = { status: 401, code: 20003 };
const UNAVAILABLE = { status: 503, code: 20503 };

/** The first try of a paused channel, and the second. */
const FIRST_PROBE_MS = 15_000;
const SECOND_PROBE_MS = 30_000;

/** How long a message waits that met a fault of the account. */
const FAULT_WAITS_MS = 300_000;

describe.each(DEPLOYMENTS)("a channel that does not work, on %s", (kind) => {
  const rig = useRig(kind);

  // Not after each: the test's workers close only then, and would miss the job that they end.
  beforeEach(async () => {
    rig.twilio.heal();
    rig.pauses.length = 0;
    await rig.queue.obliterate({ force: true });
  });

  const patients = async (count: number): Promise<Enrolled[]> => {
    const enrolled: Enrolled[] = [];
    for (let n = 0; n < count; n++) enrolled.push(await rig.enrol("once", ["sms"]));
    return enrolled;
  };
  const attemptsOf = async (of: readonly Enrolled[]) =>
    Promise.all(of.map(async (each) => (await rig.attempts(each)).length));
  const settled = (count: number) =>
    until(`${count} attempts have ended`, async () => {
      const { rows } = await rig.ledger.queuePool.query<{ ended: number }>(
        "select count(*)::int as ended from aftercare.attempts where ended_at is not null",
      );
      return rows[0]?.ended === count;
    });
  const ended = async () => {
    const { rows } = await rig.ledger.queuePool.query<{ ended: number }>(
      "select count(*)::int as ended from aftercare.attempts where ended_at is not null",
    );
    return rows[0]?.ended ?? 0;
  };
  const pausesTold = () =>
    rig.pauses.map(({ channel, pause }) => [channel, pause?.reason ?? null, pause?.code ?? null]);
  /** Lets a first message fail for the account's fault. */
  async function pauseByAccount(): Promise<Enrolled> {
    const [first] = await patients(1);
    if (!first) throw new Error("nobody");
    rig.twilio.refuse(WRONG_LOGIN);
    await rig.dispatch();
    await until("the channel is paused", () => rig.pauses.length === 1);
    return first;
  }
  /** Sends what met the fault, once it has waited. */
  async function resumed(first: Enrolled): Promise<void> {
    rig.skip(FAULT_WAITS_MS);
    await rig.dispatch();
    await rig.ends(first, "sent");
  }
  /** Ends what a test left waiting, so that the next one begins with a channel that works. */
  async function resume(waiting: readonly Enrolled[]): Promise<void> {
    rig.twilio.heal();
    rig.skip(FAULT_WAITS_MS);
    // What was handed over ahead of its time waits by the machine's clock, which has not skipped.
    await rig.rescue();
    await rig.dispatch();
    await until("the channel works again", () => rig.pauses.at(-1)?.pause === null);
    await rig.dispatch();
    for (const each of waiting) await rig.ends(each, "sent");
  }

  it("for a fault of the account lets reminders wait, tries one now and then, and goes on", async () => {
    rig.work();
    const first = await pauseByAccount();
    expect(pausesTold()).toEqual([["sms", "account_fault", "20003"]]);
    const others = await patients(3);
    const byMail = await rig.enrol("once", ["email"]);
    await rig.dispatch();
    await rig.ends(byMail, "sent");
    expect(await rig.reminder(first)).toMatchObject({
      status: "scheduled",
      statusReason: "20003",
    });
    expect(await attemptsOf([first, ...others])).toEqual([1, 0, 0, 0]);

    const before = await ended();
    rig.skip(FIRST_PROBE_MS);
    await rig.dispatch();
    await settled(before + 1);
    await rig.dispatch();
    // Another one was tried than the one that met the fault, and nothing else.
    expect(await attemptsOf([first, ...others])).toEqual([1, 1, 0, 0]);

    rig.twilio.heal();
    rig.skip(SECOND_PROBE_MS);
    await rig.dispatch();
    await until("the channel works again", () => rig.pauses.length === 2);
    expect(rig.pauses[1]?.pause).toBeNull();
    rig.skip(FAULT_WAITS_MS);
    await rig.dispatch();
    for (const each of [first, ...others]) {
      await rig.ends(each, "sent");
      expect(rig.texts(each)).toHaveLength(1);
    }
  });

  it("takes back what was handed over before, unsent", async () => {
    const handedOver = await patients(2);
    await rig.dispatch();
    await rig.loseQueue();
    rig.work();
    const first = await pauseByAccount();
    for (const { reminder } of handedOver) {
      await rig.queue.add("deliver", { reminderId: reminder.id, dispatchNo: 1 });
    }
    for (const each of handedOver) {
      expect((await rig.ends(each, "scheduled")).statusReason).toBe("channel_paused");
    }
    expect(await attemptsOf(handedOver)).toEqual([0, 0]);
    await resume([first, ...handedOver]);
  });

  it("is paused by five failures in a row of its provider, and not by four", async () => {
    rig.work();
    const failing = async (count: number) => {
      const before = await ended();
      rig.twilio.refuse({ ...UNAVAILABLE, times: count });
      const some = await patients(count);
      await rig.dispatch();
      await settled(before + count);
      return some;
    };
    const four = await failing(4);
    const [fine] = await patients(1);
    await rig.dispatch();
    if (fine) await rig.ends(fine, "sent");
    expect(rig.pauses).toEqual([]);
    const five = await failing(5);
    await until("the channel is paused", () => rig.pauses.length === 1);
    expect(pausesTold()).toEqual([["sms", "provider_down", "20503"]]);
    await resume([...four, ...five]);
  });

  it("is not paused by what is wrong with single messages", async () => {
    rig.work();
    const some = await patients(6);
    for (const { phone: to } of some) rig.twilio.refuse({ status: 400, code: 21211, to });
    await rig.dispatch();
    for (const each of some) await rig.ends(each, "failed");
    expect(rig.pauses).toEqual([]);
  });

  it("by the word of a carrier goes on by the word of a carrier only", async () => {
    rig.work();
    const [first, second] = await patients(2);
    if (!first || !second) throw new Error("nobody");
    await rig.dispatch();
    await rig.ends(first, "sent");
    await rig.ends(second, "sent");
    await receive(first, "undelivered", "30034");
    expect(pausesTold()).toEqual([["sms", "account_fault", "30034"]]);
    expect((await rig.reminder(first)).status).toBe("scheduled");

    rig.skip(FAULT_WAITS_MS);
    await rig.dispatch();
    await rig.ends(first, "sent");
    // That the carrier has it is not yet that it lets it through.
    await receive(first, "sent", null);
    expect(rig.pauses).toHaveLength(1);
    const others = await patients(1);
    await rig.dispatch();
    expect(await attemptsOf(others)).toEqual([0]);
    // What the carrier took before says nothing of now.
    await receive(second, "delivered", null);
    expect(rig.pauses).toHaveLength(1);
    await receive(first, "delivered", null);
    expect(rig.pauses).toHaveLength(2);
    await rig.dispatch();
    for (const each of others) await rig.ends(each, "sent");

    async function receive(of: Enrolled, status: string, code: string | null) {
      const attempt = (await rig.attempts(of)).at(-1);
      const meaning = meaningOfTwilioStatus(status, code);
      const receipt = { attemptId: attempt?.id ?? "", status, code, meaning };
      const { pauseChange } = await addReceipt(rig.ledger, receipt, rig.clock.now(), 0.5);
      if (pauseChange) rig.pauses.push(pauseChange);
    }
  });

  it("is not tried with what cannot be sent, which waits for its next opening meanwhile", async () => {
    rig.work();
    rig.skipToHour(19);
    rig.skip(58 * 60_000);
    const first = await pauseByAccount();
    const late: Enrolled[] = [];
    for (let n = 0; n < 3; n++) late.push(await rig.enrol("spread", ["sms"]));
    rig.skip(5 * 60_000);
    await rig.dispatch();
    // At five past eight in the evening each of them waits for the morning, and none is tried.
    for (const each of late) {
      const { dueAt, statusReason } = await until("it waits for the morning", async () => {
        const reminder = await rig.reminder(each);
        return reminder.status === "scheduled" && reminder.dueAt > rig.clock.now() && reminder;
      });
      expect(dueAt.getUTCHours()).toBe(14);
      expect(statusReason).toBe("channel_paused");
    }
    expect(await attemptsOf(late)).toEqual([0, 0, 0]);
    rig.skipToHour(9);
    await resume([first, ...late]);
  });

  it("is tried at once with the next one where the first cannot be sent any more", async () => {
    rig.work();
    const first = await pauseByAccount();
    const [cancelled, fine] = await patients(2);
    if (!cancelled || !fine) throw new Error("nobody");
    const treatments = rig.ledger.db.updateTable("treatments").set({ status: "cancelled" });
    await treatments.where("id", "=", cancelled.treatmentId).execute();
    rig.twilio.heal();
    rig.skip(FIRST_PROBE_MS);
    await rig.dispatch();
    await rig.ends(cancelled, "cancelled");
    await rig.dispatch();
    await rig.ends(fine, "sent");
    expect(rig.pauses.at(-1)?.pause).toBeNull();
    await resumed(first);
  });

  it("lets what goes stale behind it end, and says so", async () => {
    rig.work();
    const first = await pauseByAccount();
    const brief = await rig.enrol("brief", ["sms"]);
    await rig.dispatch();
    rig.skip(60 * 60_000);
    await rig.rescue();
    expect(await rig.reminder(brief)).toMatchObject({
      status: "skipped",
      statusReason: "expired",
    });
    expect(await attemptsOf([brief])).toEqual([0]);
    await resume([first]);
  });
});
