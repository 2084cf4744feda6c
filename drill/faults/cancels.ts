import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { FullReminder } from "../../tests/support/clinic.ts";
import { until } from "../../tests/support/poll.ts";
import type { Enrolled } from "../enrolment.ts";
import type { Installation } from "../installation.ts";
import type { Fault } from "./fault.ts";

/** A cancel is asked for at most this long before or after the reminder is due, in milliseconds. */
const AROUND_MS = 500;

const REASON = { reason: "asked for by a drill" };

export const cancelStorm: Fault = {
  name: "cancel-storm",
  about:
    "Half of the treatments are cancelled over HTTP within half a second of a reminder's due time: whole, or one reminder after the other.",
  async inject(installation) {
    const { enrolment } = installation;
    const storm: Promise<void>[] = [];
    let next = 0;
    // However slow the machine is: what counts is that the enrolments go on.
    while (!enrolment.over) {
      await until(
        "another one is enrolled",
        () => enrolment.over || enrolment.enrolled.length > next,
        { deadlineMs: 60_000 },
      );
      for (; next < enrolment.enrolled.length; next++) {
        const treatment = enrolment.enrolled[next];
        if (treatment && next % 2 === 0) storm.push(cancelAround(installation, treatment, next));
      }
    }
    await Promise.all(storm);
  },
};

async function cancelAround(installation: Installation, treatment: Enrolled, number: number) {
  const { promised } = treatment;
  const target = promised[randomInt(promised.length)];
  const at = Date.parse(target?.dueAt ?? "") + randomInt(-AROUND_MS, AROUND_MS + 1);
  await pause(Math.max(0, at - Date.now()));
  if (number % 4 === 0) return cancelWhole(installation, treatment);
  for (const { id } of promised) await cancelOne(installation, id);
}

async function cancelWhole(installation: Installation, { treatmentId }: Enrolled): Promise<void> {
  const askedAt = Date.now();
  const path = `/v1/treatments/${treatmentId}/cancel`;
  const answer = await installation.open.post<{ reminders: FullReminder[] }>(path, REASON);
  if (answer.status !== 200) throw new Error(`a cancel was answered ${answer.status}`);
  for (const { id, status } of answer.body.reminders) {
    if (status === "cancelled") installation.cancelled.push({ reminderId: id, askedAt });
  }
}

/** One that is leaving, or has left, answers 409: nothing was cancelled then. */
async function cancelOne(installation: Installation, id: string): Promise<void> {
  const askedAt = Date.now();
  const path = `/v1/reminders/${id}/cancel`;
  const answer = await installation.open.post<FullReminder>(path, REASON);
  if (answer.status === 409) return;
  if (answer.status !== 200) throw new Error(`a cancel was answered ${answer.status}`);
  if (answer.body.status === "cancelled") installation.cancelled.push({ reminderId: id, askedAt });
}
