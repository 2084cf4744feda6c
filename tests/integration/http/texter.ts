import { randomUUID } from "node:crypto";
import twilio from "twilio";
import { afterAll, beforeAll } from "vitest";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { PUBLIC_URL, startTestApp, type TestApp } from "../../support/app.ts";
import { callerAt, type HttpAnswer, type ProblemAnswer } from "../../support/appCaller.ts";
import {
  type EnrolledAnswer,
  openClinic,
  type PageAnswer,
  type PatientBody,
  type ReminderDetail,
  type TestClinic,
} from "../../support/clinic.ts";
import { type Deployment, type DeploymentKind, openDeployment } from "../../support/deployments.ts";
import { type FakeClinicWebhook, startFakeClinicWebhook } from "../../support/fakeClinicWebhook.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fakeSmtp.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";

/** The phone of the clinic, as its answers name it. */
export const CLINIC_PHONE = "+1 212 555 0100";
export const CLINIC_EMAIL = "desk@clinic.example.test";
export const INBOUND = "/webhooks/twilio/inbound";

export interface InboxItemAnswer {
  id: string;
  from: string;
  text: string;
  reading: string;
  alarm: boolean;
  answer: string | null;
  handledAt: string | null;
  handledBy: string | null;
  patient: { id: string; permissionsPausedAt: string | null } | null;
  reminder: { id: string; step: string } | null;
}

/** A text as Twilio posts it. */
export interface TextIn {
  sid?: string;
  /** More form fields, such as OptOutType. */
  more?: Record<string, string>;
}

/** The program with a worker, all that it speaks to, and a clinic whose patients text back. */
export interface Texter {
  running: TestApp;
  twilio: FakeTwilio;
  smtp: FakeSmtp;
  webhook: FakeClinicWebhook;
  clinic: TestClinic;
  /** A number that nobody has yet. */
  nextPhone(): string;
  enrol(phone: string, facts?: Partial<PatientBody>, at?: TestClinic): Promise<EnrolledAnswer>;
  /** Makes another clinic on the same sender. */
  openAnother(name: string): Promise<TestClinic>;
  /** Texts to the clinics' number; resolves with the words of the answer, null for none. */
  text(from: string, body: string, options?: TextIn): Promise<string | null>;
  post(form: Record<string, string>, signature?: string): Promise<HttpAnswer<ProblemAnswer>>;
  sign(form: Record<string, string>, token?: string): string;
  inbox(query?: string, at?: TestClinic): Promise<InboxItemAnswer[]>;
  detailOf(id: string): Promise<ReminderDetail>;
}

export interface TexterOptions {
  /** Whether the program has a mail server; it has one unless told otherwise. */
  mail?: boolean;
  /** Hears each line of its log of level `warn` and above. */
  onLog?: (line: string) => void;
}

/** Gives a `describe` block such a program of its own. */
export function useTexter(
  kind: DeploymentKind,
  { mail = true, onLog }: TexterOptions = {},
): Texter {
  let deployment: Deployment | undefined;
  let phones = 0;
  const parts: Partial<Pick<Texter, "running" | "twilio" | "smtp" | "webhook" | "clinic">> = {};
  const texter: Texter = Object.assign(parts as Required<typeof parts>, {
    nextPhone: () => `+1212555${2000 + ++phones}`,
    enrol(phone: string, facts: Partial<PatientBody> = {}, at = texter.clinic) {
      return at.enrol({
        externalId: `p-${phone}`,
        phone,
        email: `p${phone}@example.test`,
        ...facts,
      });
    },
    openAnother: (name: string) => openClinic(texter.running, { name, phone: CLINIC_PHONE }),
    async text(from: string, body: string, { sid, more = {} }: TextIn = {}) {
      const MessageSid = sid ?? `SM${randomUUID().replaceAll("-", "")}`;
      const form = { MessageSid, From: from, To: "+12125550100", Body: body, ...more };
      const answer = await texter.post(form, texter.sign(form));
      if (answer.status !== 200) throw new Error(`not taken: ${answer.status} ${answer.text}`);
      if (answer.headers.get("content-type") !== "text/xml; charset=utf-8") {
        throw new Error("not TwiML");
      }
      return wordsOf(answer.text);
    },
    post(form: Record<string, string>, signature?: string) {
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        ...(signature !== undefined && { "x-twilio-signature": signature }),
      };
      const body = new URLSearchParams(form).toString();
      return callerAt(texter.running.address, null).call("POST", INBOUND, { headers, body });
    },
    sign: (form: Record<string, string>, token = texter.twilio.authToken) =>
      twilio.getExpectedTwilioSignature(token, PUBLIC_URL + INBOUND, form),
    async inbox(query = "", at = texter.clinic) {
      return (await at.desk.get<PageAnswer<InboxItemAnswer>>(`/v1/inbox${query}`)).body.items;
    },
    async detailOf(id: string) {
      return (await texter.clinic.desk.get<ReminderDetail>(`/v1/reminders/${id}`)).body;
    },
  });

  beforeAll(async () => {
    parts.twilio = await startFakeTwilio();
    parts.smtp = await startFakeSmtp();
    parts.webhook = await startFakeClinicWebhook();
    deployment = await openDeployment(kind);
    const env = {
      ...parts.twilio.env,
      ...(mail && { SMTP_URL: parts.smtp.url, MAIL_FROM: "care@example.test" }),
    };
    parts.running = await startTestApp(deployment, { worker: true, env, ...(onLog && { onLog }) });
    parts.twilio.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: parts.running.address });
    parts.clinic = await openClinic(parts.running, { phone: CLINIC_PHONE });
    await updateClinic(parts.running.app.ledger.db, parts.clinic.id, {
      email: CLINIC_EMAIL,
      webhookUrl: parts.webhook.url,
      webhookSecret: parts.webhook.secret,
    });
  });
  afterAll(async () => {
    await parts.running?.app.close();
    await deployment?.close();
    await parts.webhook?.close();
    await parts.smtp?.close();
    await parts.twilio?.close();
  });
  return texter;
}

/** The one message of a TwiML answer. */
function wordsOf(twiml: string): string | null {
  const messages = [...twiml.matchAll(/<Message>([^<]*)<\/Message>/g)].map(([, text = ""]) => text);
  if (!/^<\?xml [^>]*\?><Response(\/>|>.*<\/Response>)$/s.test(twiml) || messages.length > 1) {
    throw new Error(`not one answer: ${twiml}`);
  }
  return messages[0]?.replaceAll("&amp;", "&") ?? null;
}
