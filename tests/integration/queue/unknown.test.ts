import { afterEach, describe, expect, it } from "vitest";
import { meaningOfTwilioStatus } from "../../../src/channels/twilioOutcome.ts";
import { loadContent } from "../../../src/content/content.ts";
import type { ReceiptMeaning } from "../../../src/domain/receipt.ts";
import type { Claimed } from "../../../src/ledger/delivery.ts";
import { listReminderEvents } from "../../../src/ledger/events.ts";
import { addReceipt } from "../../../src/ledger/receipts.ts";
import { recordOutcome } from "../../../src/queue/deliver.ts";
import { makeMessage } from "../../../src/queue/message.ts";
import { claimOnly } from "../../support/claim.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { type Enrolled, useRig } from "./rig.ts";

/** As long as the rescuer leaves an unknown outcome alone, and a send without any. */
const ASK_MS = 31_000;
/** The longest that the first resend waits: 30 s and a fifth. */
const RETRY_MS = 36_000;
const LEASE_MS = 61_000;

describe.each(DEPLOYMENTS)("a send of which nobody knows whether it went out, on %s", (kind) => {
  const rig = useRig(kind);

  afterEach(() => {
    rig.twilio.heal();
    rig.smtp.heal();
  });

  const events = async (of: Enrolled) =>
    (await listReminderEvents(rig.ledger.db, rig.clinic.id, of.reminder.id)).map(
      ({ type }) => type,
    );
  const attempts = async (of: Enrolled) =>
    (await rig.attempts(of)).map(({ dispatchNo, status }) => [dispatchNo, status]);

  it("is adopted where the provider has the message", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    rig.twilio.acceptThenDrop(1, { to: patient.phone });
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "unknown");
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("unknown");

    rig.skip(ASK_MS);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("sent");
    const [attempt, ...more] = await rig.attempts(patient);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({
      status: "sent",
      providerId: rig.texts(patient)[0]?.sid,
      body: rig.texts(patient)[0]?.params.Body,
    });
    await rig.dispatch();
    expect(rig.texts(patient)).toHaveLength(1);
  });

  it("is sent again where the provider has it not", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    rig.twilio.hang(1, { to: patient.phone });
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "unknown");
    rig.skip(ASK_MS);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("scheduled");
    rig.skip(RETRY_MS);
    await rig.dispatch();
    await rig.ends(patient, "sent");
    expect(rig.texts(patient)).toHaveLength(1);
    expect(await attempts(patient)).toEqual([
      [1, "unknown"],
      [2, "sent"],
    ]);
  });

  it("waits while the provider does not answer, and fails when it has gone stale", async () => {
    const patient = await rig.enrol("brief", ["sms"]);
    rig.twilio.drop(1, { to: patient.phone });
    rig.twilio.html(502, 100, { on: "read" });
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "unknown");
    rig.skip(ASK_MS);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("unknown");
    rig.skip(60 * 60_000);
    await rig.rescue();
    expect(await rig.reminder(patient)).toMatchObject({
      status: "failed",
      statusReason: "never_settled",
    });
    expect(rig.texts(patient)).toHaveLength(0);
  });

  it("is known by the words on its attempt, where its message can no longer be made", async () => {
    const patient = await rig.enrol("brief", ["sms"]);
    await rig.dispatch();
    const claimed = await claimAndVanish(patient);
    await sendAs(claimed);
    const maker = { ...rig.delivery.maker, content: await loadContent() };
    rig.skip(LEASE_MS);
    await rig.rescue({ ...rig.delivery, maker });
    expect((await rig.reminder(patient)).status).toBe("sent");
    expect(rig.texts(patient)).toHaveLength(1);
    await rig.loseQueue();
  });

  it("is mailed again under the same Message-ID, since no mail system can be asked", async () => {
    const patient = await rig.enrol("once", ["email"]);
    rig.smtp.drop("end", 1, { keep: true });
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "unknown");
    rig.skip(ASK_MS);
    await rig.rescue();
    rig.skip(RETRY_MS);
    await rig.dispatch();
    await rig.ends(patient, "sent");
    const ids = rig.mails(patient).map(({ messageId }) => messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(ids[0]).toMatch(/^<\S+@willow\.example\.test>$/);
  });

  it("is mailed three times at most, where each time nobody can say", async () => {
    const patient = await rig.enrol("once", ["email"]);
    rig.smtp.drop("end", 10, { keep: true });
    rig.work();
    for (let tries = 1; tries <= 3; tries++) {
      await rig.dispatch();
      await rig.ends(patient, "unknown");
      rig.skip(ASK_MS);
      await rig.rescue();
      rig.skip(2 * RETRY_MS);
    }
    expect((await rig.reminder(patient)).statusReason).toBe("never_settled");
    expect(rig.mails(patient)).toHaveLength(3);
    rig.smtp.heal();
  });

  it("is given up by the lease of a lost worker, and sent again", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    await claimAndVanish(patient);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("sending");

    rig.skip(LEASE_MS);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("scheduled");
    rig.skip(RETRY_MS);
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "sent");
    expect(rig.texts(patient)).toHaveLength(1);
    expect(await attempts(patient)).toEqual([
      [1, "unknown"],
      [2, "sent"],
    ]);
  });

  it("is adopted where the lost worker had sent it", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    await sendAs(await claimAndVanish(patient));
    rig.skip(LEASE_MS);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("sent");
    expect(await attempts(patient)).toEqual([[1, "sent"]]);
    expect(await events(patient)).toEqual(["unknown", "adopted"]);
    await rig.loseQueue();
  });

  it("is settled by the worker's own word, where that comes late", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    const claimed = await claimAndVanish(patient);
    rig.skip(LEASE_MS);
    rig.twilio.html(502, 1, { on: "read" });
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("unknown");
    const outcome = { kind: "sent", providerId: "SM1", delivered: false } as const;
    await recordOutcome(rig.delivery, claimed, outcome, { asked: true });
    expect((await rig.reminder(patient)).status).toBe("sent");
    expect(await attempts(patient)).toEqual([[1, "sent"]]);
    await rig.loseQueue();
  });

  it.each(["scheduled", "queued"])(
    "does not go out once more where the worker's word comes while it is %s again",
    async (status) => {
      const patient = await rig.enrol("once", ["email"]);
      await rig.dispatch();
      const claimed = await claimAndVanish(patient);
      rig.skip(LEASE_MS);
      await rig.rescue();
      expect((await rig.reminder(patient)).status).toBe("scheduled");
      if (status === "queued") {
        rig.skip(RETRY_MS);
        await rig.dispatch();
      }
      expect((await rig.reminder(patient)).status).toBe(status);
      const outcome = { kind: "sent", providerId: "<1@test>", delivered: false } as const;
      await recordOutcome(rig.delivery, claimed, outcome, { asked: true });
      expect((await rig.reminder(patient)).status).toBe("sent");
      expect(await attempts(patient)).toEqual([[1, "sent"]]);
      expect(await events(patient)).toEqual(["unknown", "resent", "proved sent"]);
      await rig.loseQueue();
    },
  );

  it.each(["worker", "receipt"])(
    "is not followed by a third where the %s proves the first while the second is under way",
    async (teller) => {
      const patient = await rig.enrol("once", ["email"]);
      await rig.dispatch();
      const first = await claimAndVanish(patient);
      rig.skip(LEASE_MS);
      await rig.rescue();
      rig.skip(RETRY_MS);
      await rig.dispatch();
      const second = await claimAndVanish(patient, 2);
      if (teller === "worker") {
        const outcome = { kind: "sent", providerId: "<1@test>", delivered: false } as const;
        await recordOutcome(rig.delivery, first, outcome, { asked: true });
      } else {
        const receipt = { attemptId: first.attemptId, status: "sent", code: null };
        const meaning = { status: "sent" } as const;
        await addReceipt(rig.ledger, { ...receipt, meaning }, rig.clock.now(), 0.5);
      }
      expect((await rig.reminder(patient)).status).toBe("sent");
      const fault = { kind: "transient", code: "421", detail: "", of: "provider" } as const;
      await recordOutcome(rig.delivery, second, fault, { asked: true });
      expect((await rig.reminder(patient)).status).toBe("sent");
      expect(await attempts(patient)).toEqual([
        [1, "sent"],
        [2, "failed"],
      ]);
      expect(await events(patient)).toEqual(["unknown", "resent", "proved sent"]);
      await rig.loseQueue();
    },
  );

  it("can still fail by a receipt after it was proven, where nothing has been sent since", async () => {
    const patient = await rig.enrol("once");
    await rig.dispatch();
    const first = await claimAndVanish(patient);
    rig.skip(LEASE_MS);
    await rig.rescue();
    rig.skip(RETRY_MS);
    await rig.dispatch();
    await rig.loseQueue();
    const receipt = (status: string, meaning: ReceiptMeaning) =>
      addReceipt(
        rig.ledger,
        { attemptId: first.attemptId, status, code: null, meaning },
        rig.clock.now(),
        0.5,
      );
    await receipt("sent", { status: "sent" });
    expect((await rig.reminder(patient)).status).toBe("sent");
    await receipt("undelivered", meaningOfTwilioStatus("undelivered", "30005"));
    expect(await rig.reminder(patient)).toMatchObject({ status: "scheduled", channel: "email" });
  });

  it("says nothing of a later attempt, where an earlier one did not go out", async () => {
    const patient = await rig.enrol("once", ["email"]);
    await rig.dispatch();
    const claimed = await claimAndVanish(patient);
    rig.skip(LEASE_MS);
    await rig.rescue();
    const fault = { kind: "transient", code: "worker_stalled", detail: "", of: "message" } as const;
    await recordOutcome(rig.delivery, claimed, fault, { asked: false });
    expect((await rig.reminder(patient)).status).toBe("scheduled");
    expect(await attempts(patient)).toEqual([[1, "failed"]]);
    await rig.loseQueue();
  });

  /** What a worker does first, and then no more. Its job is still in the queue, and comes to nothing. */
  async function claimAndVanish(of: Enrolled, dispatchNo = 1): Promise<Claimed> {
    const ticket = { reminderId: of.reminder.id, dispatchNo };
    const claimed = await claimOnly(rig.ledger, ticket, rig.clock.now());
    if (claimed === null) throw new Error("the claim was refused");
    return claimed;
  }

  /** What the worker would have done next, with the words that are on the attempt. */
  async function sendAs(claimed: Claimed): Promise<void> {
    const message = makeMessage(rig.delivery.maker, claimed, rig.clock.now());
    const content = { channel: "sms" as const, text: "a text" };
    await rig.delivery.channels.sms.send({ ...message, content });
  }
});
