import { describe, expect, it } from "vitest";
import { DEPLOYMENTS } from "../support/deployments.ts";
import { SENDER } from "../support/fakeTwilio.ts";
import { until } from "../support/poll.ts";
import type { Api, TreatmentAnswer } from "../support/programApi.ts";
import {
  CLINIC_NAME,
  install,
  MAIL_FROM,
  openPlace,
  openProviders,
  type Providers,
  PUBLIC_URL,
} from "./clinic.ts";
import { watchRedis } from "./redisWatch.ts";

const PATIENT = {
  firstName: "Wilhelmina",
  phone: "+12125550147",
  email: "wilhelmina@patients.example.test",
  timeZone: "America/New_York",
};

/** What is due at the desk: the essentials over both channels, and the products by text. */
const AT_ONCE = ["essentials email", "essentials sms", "products sms"];

describe.each(DEPLOYMENTS)("a micro-needling treatment enrolled over HTTP, on %s", (kind) => {
  it("reaches the phone and the mailbox, and ends when it is cancelled", {
    timeout: 120_000,
  }, async ({ onTestFinished }) => {
    const owner = { onTestFinished };
    const providers = await openProviders(owner);
    const place = await openPlace(owner, kind);
    const { REDIS_URL } = place;
    const redis = REDIS_URL ? await watchRedis(owner, REDIS_URL) : null;
    const { server, programs, api } = await install(owner, kind, { ...place, ...providers.env });
    providers.twilio.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: server.address });

    const enrolled = await api.enrol(PATIENT);
    expect(enrolled.status).toBe(201);
    const { twilio, smtp } = providers;
    await until("two texts and an email have arrived", () => {
      return twilio.messages.length === 2 && smtp.messages.length === 1;
    });
    expectTexts(providers);
    const unsubscribeUrl = await expectEmail(providers);
    await expectDelivery(providers, api, enrolled.body);
    await expectTheRestLater(api, enrolled.body.treatment.id);
    await expectUnsubscribe(api, unsubscribeUrl.replace(PUBLIC_URL, server.address));
    await expectCancel(api, enrolled.body.treatment.id);

    const watched = await redis?.everything();
    const [reminder] = enrolled.body.reminders;
    // Without Redis nobody watches; with it, the watch must have seen at least the job.
    expect(watched?.includes(reminder?.id ?? "") ?? true).toBe(true);
    expect(secretsIn(watched ?? "", providers)).toEqual([]);

    const ends = await Promise.all(programs.map((program) => program.stop()));
    expect(ends.map(({ code }) => code)).toEqual(programs.map(() => 0));
    for (const { stderr } of ends) {
      expect(secretsIn(stderr, providers)).toEqual([]);
    }
    expect([twilio.messages.length, smtp.messages.length]).toEqual([2, 1]);
  });
});

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
function expectTexts({ twilio }: Providers): void {
  for (const { user, contentType, params } of twilio.messages) {
    expect(user).toBe(twilio.accountSid);
    expect(contentType).toBe("application/x-www-form-urlencoded");
    expect(params.To).toBe(PATIENT.phone);
    expect(params.From).toBe(SENDER);
    expect(params.Body).toContain(`${CLINIC_NAME}: `);
    expect(params.StatusCallback).toMatch(
      /^https:\/\/care\.example\.test\/webhooks\/twilio\/status\/[0-9a-f-]{36}$/,
    );
    // Both are for a patient at the desk: an hour later the send window counts again.
    expect(Number(params.ValidityPeriod)).toBeGreaterThan(3_500);
    expect(Number(params.ValidityPeriod)).toBeLessThanOrEqual(3_600);
  }
}

/** Returns the one-click address. */
async function expectEmail({ smtp }: Providers): Promise<string> {
  const [taken] = smtp.messages;
  expect(taken?.envelope).toEqual({ from: MAIL_FROM, to: [PATIENT.email] });
  const mail = await taken?.parsed();
  expect(mail?.from?.value).toEqual([{ name: CLINIC_NAME, address: MAIL_FROM }]);
  expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}@willow\.example\.test>$/);
  const raw = taken?.raw?.toString() ?? "";
  expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
  expect(raw).toMatch(/^Content-Type: text\/plain; charset=utf-8/m);
  expect(raw).toMatch(/^Content-Type: text\/html; charset=utf-8/m);
  for (const part of [mail?.text, mail?.html]) {
    expect(part).toContain(PATIENT.firstName);
    expect(part).toContain(CLINIC_NAME);
  }
  // RFC 8058, section 3.1: both headers, and an https address.
  expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  const unfolded = raw.replace(/\r\n[ \t]+/g, " ");
  const url = /^List-Unsubscribe: <(https:[^>]+)>/m.exec(unfolded)?.[1] ?? "";
  expect(url.startsWith(`${PUBLIC_URL}/u/`)).toBe(true);
  return url;
}

/** The provider's word arrives, signed, and settles the reminder. */
async function expectDelivery({ twilio }: Providers, api: Api, enrolled: TreatmentAnswer) {
  for (const { sid } of twilio.messages) {
    expect((await twilio.callback(sid, "delivered"))?.httpStatus).toBe(204);
  }
  const texts = enrolled.reminders.filter((each) => {
    return each.channel === "sms" && AT_ONCE.includes(nameOf(each));
  });
  for (const { id } of texts) {
    const { body } = await api.reminder(id);
    expect(body.status).toBe("delivered");
    expect(body.attempts).toHaveLength(1);
    expect(body.attempts[0]).toMatchObject({
      provider: "twilio",
      status: "delivered",
      receipts: [{ status: "delivered", code: null }],
    });
    const taken = twilio.messages.find(({ sid }) => sid === body.attempts[0]?.providerId);
    expect(taken?.params.Body).toBe(body.attempts[0]?.body);
  }
}

async function expectTheRestLater(api: Api, id: string): Promise<void> {
  const { reminders } = await until("the email is recorded as sent", async () => {
    const { body } = await api.treatment(id);
    const email = body.reminders.find(({ channel }) => channel === "email");
    return email?.status === "sent" && body;
  });
  const waiting = reminders.filter(({ status }) => status === "scheduled");
  const done = reminders.filter((each) => !waiting.includes(each));
  expect(done.map(nameOf).sort()).toEqual(AT_ONCE);
  expect(waiting).toHaveLength(12);
  for (const { dueAt } of waiting) {
    expect(new Date(dueAt).getTime()).toBeGreaterThan(Date.now() + 30 * 60_000);
  }
}

/** RFC 8058: following the link changes nothing, one POST stops the emails. */
async function expectUnsubscribe(api: Api, url: string): Promise<void> {
  const planned = async () => (await api.plan(PATIENT)).body.reminders;
  const emails = async () => (await planned()).filter(({ channel }) => channel === "email").length;
  expect((await fetch(url)).status).toBe(200);
  expect(await emails()).toBe(1);
  const stopped = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  expect(stopped.status).toBe(200);
  expect(await emails()).toBe(0);
  expect((await planned()).filter(({ channel }) => channel === "sms")).toHaveLength(14);
}

async function expectCancel(api: Api, id: string): Promise<void> {
  const answer = await api.cancelTreatment(id);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ cancelled: 12, treatment: { status: "cancelled" } });
  const { body } = await api.treatment(id);
  const cancelled = body.reminders.filter(({ status }) => status === "cancelled");
  expect(cancelled).toHaveLength(12);
  expect(cancelled.some((each) => AT_ONCE.includes(nameOf(each)))).toBe(false);
}

/** What of the patient, and of every text that went out, `haystack` holds. */
function secretsIn(haystack: string, { twilio }: Providers): string[] {
  const texts = twilio.messages.map(({ params }) => params.Body ?? "");
  const pieces = texts.flatMap((text) => text.match(/.{20}/gs) ?? []);
  const { firstName, phone, email } = PATIENT;
  const secrets = [firstName, phone, phone.slice(2), email, CLINIC_NAME, ...pieces];
  return secrets.filter((secret) => haystack.includes(secret));
}

const nameOf = ({ step, channel }: { step: string; channel: string }) => `${step} ${channel}`;
