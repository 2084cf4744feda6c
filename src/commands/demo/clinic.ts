import { z } from "zod";
import { formatInZone } from "../../domain/localTime.ts";

/** Where the demo's clinic calls, and with what key. */
export interface DemoClinic {
  address: string;
  key: string;
}

const reminderAnswer = z.object({
  id: z.string(),
  step: z.string(),
  channel: z.string(),
  dueAt: z.coerce.date(),
  status: z.string(),
  statusReason: z.string().nullable(),
});

const treatmentAnswer = z.object({
  treatment: z.object({ id: z.string() }),
  reminders: z.array(reminderAnswer),
});

const detailAnswer = reminderAnswer.extend({
  trace: z.object({ trueAt: z.coerce.date() }),
  attempts: z.array(z.object({ status: z.string(), endedAt: z.coerce.date().nullable() })),
});

export type ReminderAnswer = z.infer<typeof reminderAnswer>;
export type ReminderDetail = z.infer<typeof detailAnswer>;

/** Enrols the demo's patient as a clinic does at checkout: one request. */
export function enrolPatient(clinic: DemoClinic, now: Date, timeZone: string, locale: string) {
  return call(clinic, treatmentAnswer, "POST", "/v1/treatments", {
    protocol: "microneedling",
    performedAt: formatInZone(now, timeZone),
    patient: {
      firstName: "Ana",
      phone: "+12125550123",
      email: "ana@example.com",
      timeZone,
      locale,
    },
    channels: ["sms", "email"],
    consent: {
      care: ["sms", "email"],
      rebook: [],
      source: "demo",
      at: formatInZone(now, timeZone),
    },
  });
}

/** The treatment's reminders as they stand. */
export async function remindersOf(clinic: DemoClinic, id: string): Promise<ReminderAnswer[]> {
  const answer = await call(clinic, treatmentAnswer, "GET", `/v1/treatments/${id}`);
  return answer.reminders;
}

/** One reminder with its attempts. */
export function reminderDetail(clinic: DemoClinic, id: string): Promise<ReminderDetail> {
  return call(clinic, detailAnswer, "GET", `/v1/reminders/${id}`);
}

async function call<T>(
  clinic: DemoClinic,
  schema: z.ZodType<T>,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${clinic.address}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${clinic.key}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`);
  return schema.parse(await response.json());
}
