import { createApiKey, generateApiKey } from "../../src/ledger/apiKeys.ts";
import { createClinic, type NewClinic } from "../../src/ledger/clinics.ts";
import type { Role } from "../../src/ledger/tables.ts";
import type { TestApp } from "./app.ts";
import { type Caller, callerAt } from "./appCaller.ts";
import type { AttemptAnswer, ReminderAnswer } from "./programApi.ts";

/** A clinic of a running program, and those who call for it. */
export interface TestClinic {
  id: string;
  /** The front desk, whose key has the role `enroll`. */
  desk: Caller;
  admin: Caller;
  deskKey: { id: string; secret: string };
  /** Enrols a patient whose treatment ended this moment; fails unless that is answered 201. */
  enrol(patient?: Partial<PatientBody>): Promise<EnrolledAnswer>;
}

/** Makes a clinic in New York, unless `facts` say otherwise, with a key for each role. */
export async function openClinic(
  running: TestApp,
  facts: Partial<NewClinic> = {},
): Promise<TestClinic> {
  const { app, address, clock } = running;
  const { db } = app.ledger;
  const place = { name: "Willow Skin Clinic", timeZone: "America/New_York", region: "US" };
  const { id } = await createClinic(db, { ...place, ...facts }, clock.now());
  const makeKey = async (role: Role) => {
    const secret = generateApiKey();
    const key = await createApiKey(
      db,
      { clinicId: id, role, label: role, secret },
      "test",
      clock.now(),
    );
    return { id: key.id, secret };
  };
  const deskKey = await makeKey("enroll");
  const desk = callerAt(address, deskKey.secret);
  const admin = callerAt(address, (await makeKey("admin")).secret);
  return {
    id,
    desk,
    admin,
    deskKey,
    async enrol(patient = {}) {
      const body = enrolmentBody(clock.now(), patient);
      const answer = await desk.post<EnrolledAnswer>("/v1/treatments", body);
      if (answer.status !== 201) throw new Error(`not enrolled: ${answer.text}`);
      return answer.body;
    },
  };
}

export interface PatientBody {
  externalId?: string;
  firstName: string;
  phone?: string;
  email?: string;
  timeZone?: string;
  locale?: string;
}

export const PATIENT = {
  externalId: "p-1042",
  firstName: "Wilhelmina",
  phone: "+12125550147",
  email: "wilhelmina@patients.example.test",
  timeZone: "America/New_York",
  locale: "en",
} as const satisfies PatientBody;

/** An enrolment with every field, of a treatment that ended at `at`. */
export function enrolmentBody(at: Date, patient: Partial<PatientBody> = {}) {
  return {
    protocol: "microneedling",
    performedAt: at.toISOString(),
    patient: { ...PATIENT, ...patient },
    channels: ["sms", "email"],
    consent: { care: ["sms", "email"], rebook: [], source: "form 3", at: at.toISOString() },
  };
}

/** A reminder with all that an answer tells of it. */
export interface FullReminder extends ReminderAnswer {
  treatmentId: string;
  patientId: string;
  kind: string;
  topics: string[];
  expiresAt: string;
  trace: {
    timeZone: string;
    timeZoneFrom: string;
    trueAt: string;
    movedBy: string;
    channels: { channel: string; use: string }[];
  };
}

export interface ReminderDetail extends FullReminder {
  attempts: AttemptAnswer[];
  events: { type: string; actor: string; detail: Record<string, unknown>; at: string }[];
}

export interface TreatmentBody {
  id: string;
  patientId: string;
  protocol: { name: string; version: number };
  performedAt: string;
  timeZone: string;
  channels: string[];
  status: string;
  createdAt: string;
}

export interface EnrolledAnswer {
  treatment: TreatmentBody;
  reminders: FullReminder[];
}

/** One page of a list. */
export interface PageAnswer<T> {
  items: T[];
  nextCursor: string | null;
}
