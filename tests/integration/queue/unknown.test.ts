import { afterEach, describe, expect, it } from "vitest";
import { loadContent } from "../../../src/content/content.ts";
import { claim } from "../../../src/ledger/delivery.ts";
import { recordOutcome } from "../../../src/queue/deliver.ts";
import { makeMessage } from "../../../src/queue/message.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { type Enrolled, useDrill } from "./drill.ts";

/** As long as the rescuer leaves an unknown outcome alone, and a send without any. */
const ASK_MS = 61_000;
/** The longest that the first resend waits: 30 s and a fifth. */
const RETRY_MS = 36_000;
const LEASE_MS = 91_000;

describe.each(DEPLOYMENTS)("a send of which nobody knows whether it went out, on %s", (kind) => {
  const drill = useDrill(kind);

  afterEach(() => {
    drill.twilio.heal();
    drill.smtp.heal();
  });

  const attempts = async (of: Enrolled) =>
    (await drill.attempts(of)).map(({ dispatchNo, status }) => [dispatchNo, status]);

  it("is adopted where the provider has the message", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.acceptThenDrop(1, { to: patient.phone });
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "unknown");
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("unknown");

    drill.skip(ASK_MS);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("sent");
    const [attempt, ...more] = await drill.attempts(patient);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({
      status: "sent",
      providerId: drill.texts(patient)[0]?.sid,
      body: drill.texts(patient)[0]?.params.Body,
    });
    await drill.dispatch();
    expect(drill.texts(patient)).toHaveLength(1);
  });

  it("is sent again where the provider has it not", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.hang(1, { to: patient.phone });
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "unknown");
    drill.skip(ASK_MS);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("scheduled");
    drill.skip(RETRY_MS);
    await drill.dispatch();
    await drill.ends(patient, "sent");
    expect(drill.texts(patient)).toHaveLength(1);
    expect(await attempts(patient)).toEqual([
      [1, "unknown"],
      [2, "sent"],
    ]);
  });

  it("waits while the provider does not answer, and fails when it has gone stale", async () => {
    const patient = await drill.enrol("brief", ["sms"]);
    drill.twilio.drop(1, { to: patient.phone });
    drill.twilio.html(502, 100, { on: "read" });
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "unknown");
    drill.skip(ASK_MS);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("unknown");
    drill.skip(60 * 60_000);
    await drill.rescue();
    expect(await drill.reminder(patient)).toMatchObject({
      status: "failed",
      statusReason: "never_settled",
    });
    expect(drill.texts(patient)).toHaveLength(0);
  });

  it("fails when it has gone stale, where its message can no longer be made", async () => {
    const patient = await drill.enrol("brief", ["sms"]);
    await drill.dispatch();
    await claimAndVanish(patient);
    const maker = { ...drill.delivery.maker, content: await loadContent() };
    drill.skip(LEASE_MS);
    await drill.rescue({ ...drill.delivery, maker });
    expect((await drill.reminder(patient)).status).toBe("unknown");
    drill.skip(60 * 60_000);
    await drill.rescue({ ...drill.delivery, maker });
    expect((await drill.reminder(patient)).statusReason).toBe("never_settled");
  });

  it("is mailed again under the same Message-ID, since no mail system can be asked", async () => {
    const patient = await drill.enrol("once", ["email"]);
    drill.smtp.drop("end", 1, { keep: true });
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "unknown");
    drill.skip(ASK_MS);
    await drill.rescue();
    drill.skip(RETRY_MS);
    await drill.dispatch();
    await drill.ends(patient, "sent");
    const ids = drill.mails(patient).map(({ messageId }) => messageId);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(ids[0]).toMatch(/^<\S+@willow\.example\.test>$/);
  });

  it("is mailed three times at most, where each time nobody can say", async () => {
    const patient = await drill.enrol("once", ["email"]);
    drill.smtp.drop("end", 10, { keep: true });
    drill.work();
    for (let tries = 1; tries <= 3; tries++) {
      await drill.dispatch();
      await drill.ends(patient, "unknown");
      drill.skip(ASK_MS);
      await drill.rescue();
      drill.skip(2 * RETRY_MS);
    }
    expect((await drill.reminder(patient)).statusReason).toBe("never_settled");
    expect(drill.mails(patient)).toHaveLength(3);
    drill.smtp.heal();
  });

  it("is given up by the lease of a lost worker, and sent again", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    await drill.dispatch();
    await claimAndVanish(patient);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("sending");

    drill.skip(LEASE_MS);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("scheduled");
    drill.skip(RETRY_MS);
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "sent");
    expect(drill.texts(patient)).toHaveLength(1);
    expect(await attempts(patient)).toEqual([
      [1, "unknown"],
      [2, "sent"],
    ]);
  });

  it("is adopted where the lost worker had sent it", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    await drill.dispatch();
    const claimed = await claimAndVanish(patient);
    const message = makeMessage(drill.delivery.maker, claimed, drill.clock.now());
    await drill.delivery.channels.sms.send(message);

    drill.skip(LEASE_MS);
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("sent");
    expect(await attempts(patient)).toEqual([[1, "sent"]]);
    await drill.loseQueue();
  });

  it("is settled by the worker's own word, where that comes late", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    await drill.dispatch();
    const claimed = await claimAndVanish(patient);
    drill.skip(LEASE_MS);
    drill.twilio.html(502, 1, { on: "read" });
    await drill.rescue();
    expect((await drill.reminder(patient)).status).toBe("unknown");
    const outcome = { kind: "sent", providerId: "SM1", delivered: false } as const;
    await recordOutcome(drill.delivery, claimed, null, outcome);
    expect((await drill.reminder(patient)).status).toBe("sent");
    expect(await attempts(patient)).toEqual([[1, "sent"]]);
    await drill.loseQueue();
  });

  /** What a worker does first, and then no more. Its job is still in the queue, and comes to nothing. */
  async function claimAndVanish(of: Enrolled) {
    const ticket = { reminderId: of.reminder.id, dispatchNo: 1 };
    const providers = { sms: "twilio", email: "smtp" };
    const [claimed] = await claim(drill.ledger, [ticket], providers, drill.clock.now());
    if (!claimed) throw new Error("the claim was refused");
    return claimed;
  }
});
