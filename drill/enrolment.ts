import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../tests/support/appCaller.ts";
import type { FullReminder } from "../tests/support/clinic.ts";

/** A treatment that was answered: its reminders as the answer had them. */
export interface Enrolled {
  treatmentId: string;
  /** When its answer was read, in milliseconds of the machine's clock. */
  answeredAt: number;
  /** Those that are due within the drill. */
  promised: FullReminder[];
}

/** What has been enrolled so far. It grows while the drill goes on. */
export interface Enrolment {
  /** The patients that are to be enrolled. */
  patients: number;
  enrolled: Enrolled[];
  /** Requests that were answered with no, or not at all, and were asked again. */
  refused: number;
  /** Patients that were given up. */
  unanswered: number;
  over: boolean;
}

/** What one patient's treatment has due within the drill: two texts and an email now, a fourth soon. */
export const REMINDERS_EACH = 4;

/** Phones of +1 212 555 and +1 332 555. */
export const MOST_PATIENTS = 20_000;

/** Requests side by side. */
const DESKS = 16;

/** An enrolment that has not been answered for this long is given up. */
const PATIENCE_MS = 120_000;

/** What is due later than this after the enrolment is outside the drill. */
const WITHIN_MS = 120_000;

const CLOSED_PREFIX = "+1646555";
const CLOSED_DOMAIN = "closed.example.test";

/** Nobody is enrolled yet. */
export const newEnrolment = (reminders: number): Enrolment => ({
  patients: Math.ceil(reminders / REMINDERS_EACH),
  enrolled: [],
  refused: 0,
  unanswered: 0,
  over: false,
});

/** Enrols the patients at an even pace, so that messages flow from then on for about a minute. */
export async function enrolPatients(clinic: Caller, enrolment: Enrolment): Promise<void> {
  const { patients } = enrolment;
  const spreadMs = Math.min(25_000, 6_000 + patients * 40);
  const begun = Date.now();
  let next = 0;
  const desk = async () => {
    while (next < patients) {
      const patient = next++;
      await pause(Math.max(0, begun + (patient / patients) * spreadMs - Date.now()));
      await enrolOne(clinic, enrolment, patient);
    }
  };
  await Promise.all(Array.from({ length: DESKS }, desk));
  enrolment.over = true;
}

/** Enrols patients of a clinic that is closed: treated two hours ago, nobody is at the desk any more. */
export async function enrolAtClosed(clinic: Caller, patients: number): Promise<void> {
  for (let patient = 0; patient < patients; patient++) {
    const phone = `${CLOSED_PREFIX}${String(patient).padStart(4, "0")}`;
    const body = enrolmentBody(phone, `patient${patient}@${CLOSED_DOMAIN}`, 2 * 3_600);
    const answer = await clinic.post<{ reminders: FullReminder[] }>("/v1/treatments", body);
    if (answer.status !== 201) throw new Error(`the closed clinic was answered ${answer.status}`);
  }
}

/** Whether a number or an address is of a patient of the closed clinic. */
export const isOfClosed = (to: string) =>
  to.startsWith(CLOSED_PREFIX) || to.endsWith(CLOSED_DOMAIN);

/**
 * Enrols one patient. Without an answer, or with one that says "later", the same is asked again
 * under the same Idempotency-Key, as a clinic's software should.
 */
async function enrolOne(clinic: Caller, enrolment: Enrolment, patient: number): Promise<void> {
  const prefix = patient < 10_000 ? "+1212555" : "+1332555";
  const phone = `${prefix}${String(patient % 10_000).padStart(4, "0")}`;
  // One that was treated an hour ago, less the seconds until the step of the first hour is true.
  const body = enrolmentBody(phone, `patient${patient}@example.test`, 3_600 - randomInt(15, 41));
  if (patient % 2 === 1) body.channels.reverse();
  const headers = { "idempotency-key": randomUUID() };
  const asked = Date.now();
  while (Date.now() < asked + PATIENCE_MS) {
    const answer = await clinic
      .post<Answer>("/v1/treatments", body, headers)
      .catch((error: unknown) => String(error));
    if (typeof answer === "string" || answer.status >= 500) {
      enrolment.refused += 1;
      await pause(250);
      continue;
    }
    if (answer.status >= 300) throw new Error(`an enrolment was answered: ${answer.text}`);
    const answeredAt = Date.now();
    const { treatment, reminders } = answer.body;
    const promised = reminders.filter(
      ({ status, dueAt }) =>
        status === "scheduled" && new Date(dueAt).getTime() < asked + WITHIN_MS,
    );
    enrolment.enrolled.push({ treatmentId: treatment.id, answeredAt, promised });
    return;
  }
  enrolment.unanswered += 1;
}

interface Answer {
  treatment: { id: string };
  reminders: FullReminder[];
}

function enrolmentBody(phone: string, email: string, secondsAgo: number) {
  const performedAt = new Date(Date.now() - secondsAgo * 1_000).toISOString();
  return {
    protocol: "microneedling",
    performedAt,
    patient: { firstName: "Wilhelmina", phone, email, timeZone: "UTC", locale: "en" },
    channels: ["sms", "email"],
    consent: { care: ["sms", "email"], rebook: [], source: "a drill", at: performedAt },
  };
}
