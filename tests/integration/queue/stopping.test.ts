import { describe, expect, it } from "vitest";
import { act } from "../../../src/ledger/actions.ts";
import { cancelTreatment } from "../../../src/ledger/cancel.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { optOut } from "../../../src/ledger/optingOut.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { type Enrolled, type Rig, useRig } from "./rig.ts";

const ROUNDS = 3;
const PATIENTS = 32;

/** The ways to stop a reminder; each says whether it was in time, or null where it does not tell. */
const STOPS: Record<string, (rig: Rig, of: Enrolled) => Promise<boolean | null>> = {
  async "cancelling the reminder"(rig, { reminder }) {
    const request = { ...asked(rig), action: "cancel" as const, id: reminder.id };
    const acted = await act(rig.ledger, request, rig.clock.now());
    return acted?.refusal === null;
  },
  async "cancelling the treatment"(rig, { treatmentId }) {
    const request = { ...asked(rig), id: treatmentId };
    const answer = await cancelTreatment(rig.ledger, request, rig.clock.now());
    return answer?.cancelled === 1;
  },
  async "opting out"(rig, { patientId }) {
    const request = { patientId, channel: "sms" as const, source: "a rig" };
    await optOut(rig.ledger, request, rig.clock.now());
    return null;
  },
};

const asked = ({ clinic }: Rig) => ({ clinicId: clinic.id, reason: "a rig", actor: "key:1" });

describe.each(DEPLOYMENTS)("while workers claim, on %s", (kind) => {
  const rig = useRig(kind);

  it.each(Object.keys(STOPS))(
    "%s stops a message or comes too late, and never half",
    async (name) => {
      const stop = STOPS[name];
      if (!stop) throw new Error(name);
      let stopped = 0;
      let sent = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const patients: Enrolled[] = [];
        for (let n = 0; n < PATIENTS; n++) patients.push(await rig.enrol("once", ["sms"]));
        const now = rig.clock.now();
        const tickets = await takeDue(rig.ledger, now, PATIENTS, now);
        expect(tickets).toHaveLength(PATIENTS);
        const inTime = await Promise.all(patients.map((patient, n) => race(stop, patient, n % 4)));

        for (const [index, patient] of patients.entries()) {
          const { status } = await rig.reminder(patient);
          const attempts = await rig.attempts(patient);
          const wasStopped = status === "cancelled" || status === "skipped";
          expect([true, false]).toContain(wasStopped);
          expect(wasStopped).toBe(inTime[index] ?? wasStopped);
          expect(status).toBe(wasStopped ? status : "sent");
          expect(attempts).toHaveLength(wasStopped ? 0 : 1);
          expect(rig.texts(patient)).toHaveLength(wasStopped ? 0 : 1);
          if (wasStopped) stopped += 1;
          else sent += 1;
        }
      }
      // A quarter stops before the claim begins and a quarter after it ended; the rest race.
      expect(stopped).toBeGreaterThanOrEqual((ROUNDS * PATIENTS) / 4);
      expect(sent).toBeGreaterThanOrEqual((ROUNDS * PATIENTS) / 4);
    },
  );

  async function race(
    stop: (rig: Rig, of: Enrolled) => Promise<boolean | null>,
    patient: Enrolled,
    order: number,
  ): Promise<boolean | null> {
    const send = () => deliver(rig.delivery, { reminderId: patient.reminder.id, dispatchNo: 1 });
    switch (order) {
      case 0: {
        const answer = await stop(rig, patient);
        await send();
        return answer;
      }
      case 1: {
        await send();
        return stop(rig, patient);
      }
      case 2: {
        const [answer] = await Promise.all([stop(rig, patient), send()]);
        return answer;
      }
      default: {
        const [, answer] = await Promise.all([send(), stop(rig, patient)]);
        return answer;
      }
    }
  }

  it("a treatment cancelled while a message was leaving does not let it leave again", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    rig.twilio.refuse({ status: 503, code: 20503, to: patient.phone });
    const now = rig.clock.now();
    await takeDue(rig.ledger, now, 1, now);
    const leaving = deliver(rig.delivery, { reminderId: patient.reminder.id, dispatchNo: 1 });
    await Promise.all([leaving, STOPS["cancelling the treatment"]?.(rig, patient)]);
    rig.skip(60_000);
    await rig.dispatch();
    rig.twilio.heal();
    await deliver(rig.delivery, { reminderId: patient.reminder.id, dispatchNo: 2 });
    expect((await rig.reminder(patient)).status).toBe("cancelled");
    expect(rig.texts(patient)).toHaveLength(0);
    await rig.queue.obliterate({ force: true });
  });
});
