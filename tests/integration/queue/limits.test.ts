import { describe, expect, it, onTestFinished } from "vitest";
import type { Channel, OutgoingMessage } from "../../../src/channels/channel.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { act } from "../../../src/ledger/actions.ts";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { limitsOf } from "../../../src/queue/limits.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type Enrolled, type Rig, useRig } from "./rig.ts";

const AT_ONCE = 3;

/** A worker whose provider answers when it is told to, and takes so many at once. */
function workSlowly(rig: Rig) {
  const held: { message: OutgoingMessage; answer: (outcome: SendOutcome) => void }[] = [];
  const texts: string[] = [];
  const sms: Channel = {
    ...rig.delivery.channels.sms,
    atOnce: AT_ONCE,
    send: (message) => new Promise((answer) => held.push({ message, answer })),
  };
  const channels = { sms, email: { ...rig.delivery.channels.email, atOnce: AT_ONCE } };
  const worker = rig.work({ ...rig.delivery, channels, limits: limitsOf(channels) });
  const answerAll = () => {
    for (const { message, answer } of held.splice(0)) {
      texts.push(message.content.text);
      answer({ kind: "sent", providerId: `SM${message.attemptId}`, delivered: true });
    }
  };
  // A worker ends only once its sends are answered, also where a test has failed.
  onTestFinished(answerAll);
  return { worker, held, texts, answerAll };
}

async function enrolMany(rig: Rig, count: number): Promise<Enrolled[]> {
  const patients: Enrolled[] = [];
  while (patients.length < count) patients.push(await rig.enrol("once", ["sms"]));
  return patients;
}

const statusesOf = (rig: Rig, patients: readonly Enrolled[]) =>
  Promise.all(patients.map(async (patient) => (await rig.reminder(patient)).status));

describe.each(DEPLOYMENTS)("a channel that takes few sends at once, on %s", (kind) => {
  const rig = useRig(kind);

  it("has the others wait unclaimed, so that they can still be stopped", async () => {
    const patients = await enrolMany(rig, 8);
    const { held, answerAll } = workSlowly(rig);
    await rig.dispatch();
    await until("the channel is full", () => held.length === AT_ONCE);
    const statuses = await statusesOf(rig, patients);
    expect(statuses.filter((status) => status === "sending")).toHaveLength(AT_ONCE);
    expect(statuses.filter((status) => status === "queued")).toHaveLength(8 - AT_ONCE);

    const waiting = patients[statuses.indexOf("queued")];
    const request = { clinicId: rig.clinic.id, reason: "a rig", actor: "key:1" };
    const id = waiting?.reminder.id ?? "";
    const acted = await act(rig.ledger, { ...request, action: "cancel", id }, rig.clock.now());
    expect(acted?.refusal).toBeNull();
    await until("all have ended", async () => {
      expect(held.length).toBeLessThanOrEqual(AT_ONCE);
      answerAll();
      const now = await statusesOf(rig, patients);
      return now.every((status) => status === "delivered" || status === "cancelled");
    });
    const ends = await statusesOf(rig, patients);
    expect(ends.filter((status) => status === "cancelled")).toHaveLength(1);
    expect(await rig.attempts(waiting as Enrolled)).toEqual([]);
  });

  it("gives back to the queue what waits while the worker stops", async () => {
    const patients = await enrolMany(rig, 8);
    const { worker, held, answerAll } = workSlowly(rig);
    await rig.dispatch();
    await until("the channel is full", () => held.length === AT_ONCE);
    const closed = worker.close();
    answerAll();
    await closed;
    expect(held).toEqual([]);
    const statuses = await statusesOf(rig, patients);
    expect(statuses.filter((status) => status === "delivered")).toHaveLength(AT_ONCE);
    expect(statuses.filter((status) => status === "queued")).toHaveLength(8 - AT_ONCE);
    rig.work();
    for (const [index, patient] of patients.entries()) {
      await rig.ends(patient, statuses[index] === "queued" ? "sent" : "delivered");
      expect(await rig.attempts(patient)).toHaveLength(1);
    }
  });

  it("leaves to other workers what is more than the channels take, and ten", async () => {
    const inHand = AT_ONCE + AT_ONCE + 10;
    const active = () => rig.queue.getActiveCount();
    const patients: Enrolled[] = [];
    while (patients.length < inHand + 5) {
      patients.push(...(await enrolMany(rig, 1)));
      // What is handed over together would be one job.
      await rig.dispatch();
    }
    const { held, answerAll } = workSlowly(rig);
    await until("the channel is full", () => held.length === AT_ONCE);
    await until("it has taken what it may", async () => (await active()) >= inHand);
    rig.work();
    const endsAs = async (status: string) =>
      (await statusesOf(rig, patients)).filter((each) => each === status).length;
    await until("another has sent the rest", async () => (await endsAs("sent")) === 5);
    await until("the first one has kept its own", async () => (await active()) === inHand);
    await until("all have ended", async () => {
      answerAll();
      return (await endsAs("delivered")) === inHand;
    });
    expect(held).toEqual([]);
  });

  it("looks again at what has waited, and says what is true by then", async () => {
    const patients = await enrolMany(rig, AT_ONCE + 1);
    const { held, texts, answerAll } = workSlowly(rig);
    await rig.dispatch();
    await until("the channel is full", () => held.length === AT_ONCE);
    await updateClinic(rig.ledger.db, rig.clinic.id, { name: "Birch Skin Clinic" });
    rig.skip(6_000);
    answerAll();
    await until("the last one's turn has come", () => held.length === 1);
    answerAll();
    for (const patient of patients) await rig.ends(patient, "delivered");
    expect(texts.map((text) => text.includes("Birch"))).toEqual([false, false, false, true]);
  });
});
