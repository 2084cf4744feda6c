import { describe, expect, it } from "vitest";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { optOut } from "../../../src/ledger/optOuts.ts";
import { cancelReminder } from "../../../src/ledger/reminders.ts";
import { cancelTreatment } from "../../../src/ledger/treatments.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { type Drill, type Enrolled, useDrill } from "./drill.ts";

const ROUNDS = 3;
const PATIENTS = 32;

/** The ways to stop a reminder; each says whether it was in time, or null where it does not tell. */
const STOPS: Record<string, (drill: Drill, of: Enrolled) => Promise<boolean | null>> = {
  async "cancelling the reminder"(drill, { reminder }) {
    const request = { ...asked(drill), id: reminder.id };
    return cancelReminder(drill.ledger, request, drill.clock.now()).then(
      () => true,
      () => false,
    );
  },
  async "cancelling the treatment"(drill, { treatmentId }) {
    const request = { ...asked(drill), id: treatmentId };
    const answer = await cancelTreatment(drill.ledger, request, drill.clock.now());
    return answer?.cancelled === 1;
  },
  async "opting out"(drill, { patientId }) {
    const request = { patientId, channel: "sms" as const, source: "a drill" };
    await optOut(drill.ledger, request, drill.clock.now());
    return null;
  },
};

const asked = ({ clinic }: Drill) => ({ clinicId: clinic.id, reason: "a drill", actor: "key:1" });

describe.each(DEPLOYMENTS)("while workers claim, on %s", (kind) => {
  const drill = useDrill(kind);

  it.each(Object.keys(STOPS))(
    "%s stops a message or comes too late, and never half",
    async (name) => {
      const stop = STOPS[name];
      if (!stop) throw new Error(name);
      let stopped = 0;
      let sent = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const patients: Enrolled[] = [];
        for (let n = 0; n < PATIENTS; n++) patients.push(await drill.enrol("once", ["sms"]));
        const now = drill.clock.now();
        const tickets = await takeDue(drill.ledger, now, PATIENTS, now);
        expect(tickets).toHaveLength(PATIENTS);
        const inTime = await Promise.all(patients.map((patient, n) => race(stop, patient, n % 4)));

        for (const [index, patient] of patients.entries()) {
          const { status } = await drill.reminder(patient);
          const attempts = await drill.attempts(patient);
          const wasStopped = status === "cancelled" || status === "skipped";
          expect([true, false]).toContain(wasStopped);
          expect(wasStopped).toBe(inTime[index] ?? wasStopped);
          expect(status).toBe(wasStopped ? status : "sent");
          expect(attempts).toHaveLength(wasStopped ? 0 : 1);
          expect(drill.texts(patient)).toHaveLength(wasStopped ? 0 : 1);
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
    stop: (drill: Drill, of: Enrolled) => Promise<boolean | null>,
    patient: Enrolled,
    order: number,
  ): Promise<boolean | null> {
    const send = () => deliver(drill.delivery, { reminderId: patient.reminder.id, dispatchNo: 1 });
    switch (order) {
      case 0: {
        const answer = await stop(drill, patient);
        await send();
        return answer;
      }
      case 1: {
        await send();
        return stop(drill, patient);
      }
      case 2: {
        const [answer] = await Promise.all([stop(drill, patient), send()]);
        return answer;
      }
      default: {
        const [, answer] = await Promise.all([send(), stop(drill, patient)]);
        return answer;
      }
    }
  }

  it("a treatment cancelled while a message was leaving does not let it leave again", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.refuse({ status: 503, code: 20503, to: patient.phone });
    const now = drill.clock.now();
    await takeDue(drill.ledger, now, 1, now);
    const leaving = deliver(drill.delivery, { reminderId: patient.reminder.id, dispatchNo: 1 });
    await Promise.all([leaving, STOPS["cancelling the treatment"]?.(drill, patient)]);
    drill.skip(60_000);
    await drill.dispatch();
    drill.twilio.heal();
    await deliver(drill.delivery, { reminderId: patient.reminder.id, dispatchNo: 2 });
    expect((await drill.reminder(patient)).status).toBe("cancelled");
    expect(drill.texts(patient)).toHaveLength(0);
    await drill.queue.obliterate({ force: true });
  });
});
