import { beforeAll, describe, expect, it } from "vitest";
import type { ChannelName } from "../../../src/domain/channel.ts";
import { PUBLIC_URL, useApp } from "../../support/app.ts";
import {
  type Caller,
  type CallOptions,
  callerAt,
  type HttpAnswer,
} from "../../support/appCaller.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type PatientBody,
  type ReminderDetail,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";

/** What a mail host posts for a patient who presses its button (RFC 8058, section 3.2). */
const FORM: CallOptions = {
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "List-Unsubscribe=One-Click",
};

/** The same in the other form that the RFC has. */
const MULTIPART: CallOptions = {
  headers: { "content-type": "multipart/form-data; boundary=part" },
  body:
    '--part\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n' +
    "One-Click\r\n--part--\r\n",
};

/** A refusal as people get it, who cannot read JSON. */
function expectPage({ status, headers, text }: HttpAnswer<unknown>, code: number, title: string) {
  expect(status).toBe(code);
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(text).toContain(`<h1>${title}</h1>`);
}

describe.each(ENGINES)("the link in a message, on the %s engine", (kind) => {
  const running = useApp(kind, { worker: true });
  let clinic: TestClinic;
  /** Somebody without a key. */
  let anybody: Caller;
  let patients = 0;
  beforeAll(async () => {
    clinic = await openClinic(running);
    anybody = callerAt(running.address, null);
  });

  /** A patient of this name only, unless `facts` say otherwise, who prefers emails. */
  async function enrol(facts: Partial<PatientBody> = {}, at = clinic): Promise<EnrolledAnswer> {
    const name = `p-${++patients}`;
    const patient = {
      externalId: name,
      email: `${name}@example.test`,
      phone: `+1212555${1000 + patients}`,
    };
    const body = enrolmentBody(running.clock.now(), { ...patient, ...facts });
    const sent = { ...body, channels: ["email", "sms"] };
    const answer = await at.desk.post<EnrolledAnswer>("/v1/treatments", sent);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** The path of the link in the first message that reached the patient over `channel`. */
  async function linkIn({ reminders }: EnrolledAnswer, channel: ChannelName): Promise<string> {
    const message = await until(`a message by ${channel}`, () =>
      running.outbox.find(
        ({ messageKey, content }) =>
          content.channel === channel && reminders.some(({ id }) => id === messageKey),
      ),
    );
    expect(message.unsubscribeUrl.startsWith(`${PUBLIC_URL}/u/`)).toBe(true);
    return message.unsubscribeUrl.slice(PUBLIC_URL.length);
  }

  /** How each reminder stands, once what was due at once has left. */
  async function standing({ treatment }: EnrolledAnswer, at = clinic): Promise<string[]> {
    const now = running.clock.now().toISOString();
    const reminders = await until("what was due has left", async () => {
      const path = `/v1/treatments/${treatment.id}`;
      const { body } = await at.desk.get<EnrolledAnswer>(path);
      const due = body.reminders.filter(({ dueAt }) => dueAt <= now);
      return due.every(({ status }) => status === "delivered") && body.reminders;
    });
    const words = reminders.map((x) => `${x.channel} ${x.status} ${x.statusReason ?? ""}`.trim());
    return [...new Set(words)].sort();
  }

  const UNTOUCHED = ["email delivered", "email scheduled", "sms delivered"];
  const STOPPED = ["email delivered", "email skipped opted_out", "sms delivered"];

  it("changes nothing when it is followed, and shows a page with a button", async () => {
    const enrolled = await enrol();
    const link = await linkIn(enrolled, "email");
    const page = await anybody.get(link);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(page.text).toContain('<button class="strong">Stop the emails</button></form>');
    expect(page.text).toContain("You will get no more aftercare emails from Willow Skin Clinic.");
    expect((await anybody.call("HEAD", link)).status).toBe(200);
    expect(await standing(enrolled)).toEqual(UNTOUCHED);
  });

  it.each([
    ["a form", FORM],
    ["a form of parts", MULTIPART],
    ["nothing", {}],
  ])("stops what is unsent when %s is posted to it", async (_name, post) => {
    const enrolled = await enrol();
    const link = await linkIn(enrolled, "email");
    await standing(enrolled);
    const answer = await anybody.call("POST", link, post);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("Stopped");
    expect(await standing(enrolled)).toEqual(STOPPED);
  });

  it("notes it in the history of what it stopped, once", async () => {
    const enrolled = await enrol();
    const link = await linkIn(enrolled, "email");
    for (const post of [FORM, FORM, {}]) {
      expect((await anybody.call("POST", link, post)).status).toBe(200);
    }
    const gym = enrolled.reminders.find(({ step }) => step === "gym-ok");
    const { body } = await clinic.desk.get<ReminderDetail>(`/v1/reminders/${gym?.id}`);
    expect(body.events).toMatchObject([
      { type: "skipped", actor: "patient", detail: { reason: "opted_out" } },
    ]);
  });

  it("stops it for everybody with that address in that clinic, and nobody else", async () => {
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const email = "family@example.test";
    const mother = await enrol({ email });
    const daughter = await enrol({ email: "Family@Example.test" });
    const stranger = await enrol();
    const there = await enrol({ email }, elsewhere);
    const link = await linkIn(mother, "email");
    const all = [mother, daughter, stranger];
    for (const each of all) await standing(each);
    await standing(there, elsewhere);

    expect((await anybody.call("POST", link, FORM)).status).toBe(200);
    expect(await standing(mother)).toEqual(STOPPED);
    expect(await standing(daughter)).toEqual(STOPPED);
    expect(await standing(stranger)).toEqual(UNTOUCHED);
    expect(await standing(there, elsewhere)).toEqual(UNTOUCHED);
  });

  it("holds for later enrolments: they plan around it, or nothing at all", async () => {
    const email = "later@example.test";
    const first = await enrol({ email, externalId: "p-later" });
    await anybody.call("POST", await linkIn(first, "email"), FORM);

    const { reminders } = await enrol({ email: "LATER@example.test", externalId: "p-later" });
    expect(new Set(reminders.map(({ channel }) => channel))).toEqual(new Set(["sms"]));
    for (const { trace } of reminders) {
      expect(trace.channels[0]).toEqual({ channel: "email", use: "opted_out" });
    }
    const body = enrolmentBody(running.clock.now(), { email, externalId: "p-other" });
    const consent = { ...body.consent, care: ["email"] };
    const plan = await clinic.desk.post<{ reminders: FullReminder[] }>("/v1/plans", {
      ...body,
      consent,
    });
    for (const { status, statusReason } of plan.body.reminders) {
      expect([status, statusReason]).toEqual(["skipped", "opted_out"]);
    }
  });

  it("stops the mailbox that it came to, and not the one that the patient has since", async () => {
    const wrong = "wrong@example.test";
    const first = await enrol({ email: wrong, externalId: "p-moved" });
    const link = await linkIn(first, "email");
    const moved = await enrol({ email: "right@example.test", externalId: "p-moved" });
    await standing(moved);
    expect((await anybody.call("POST", link, FORM)).text).toContain("Stopped");
    expect(await standing(moved)).toContain("email delivered");
    expect((await standing(moved)).join()).not.toContain("opted_out");
    const body = enrolmentBody(running.clock.now(), { email: wrong, externalId: "p-as-wrong" });
    const { body: plan } = await clinic.desk.post<EnrolledAnswer>("/v1/plans", body);
    for (const { trace } of plan.reminders) {
      expect(trace.channels).toContainEqual({ channel: "email", use: "opted_out" });
    }

    const later = await linkIn(moved, "email");
    await anybody.call("POST", later, FORM);
    // Which of the two would have told of the rest is all the same: it is not told.
    const both = [...(await standing(first)), ...(await standing(moved))];
    expect(both.join()).toContain("email skipped opted_out");
  });

  it("stops text messages where it was in one", async () => {
    const patient = { externalId: "p-texts", phone: "+12125550188" };
    const enrolled = await enrol(patient);
    const link = await linkIn(enrolled, "sms");
    expect((await anybody.get(link)).text).toContain("Stop the text messages");
    await anybody.call("POST", link, FORM);
    const { reminders } = await enrol(patient);
    expect(reminders.every(({ channel }) => channel === "email")).toBe(true);
  });

  it("is in the patient's language, and names the clinic", async () => {
    const enrolled = await enrol({ locale: "es-MX" });
    const link = await linkIn(enrolled, "email");
    const page = await anybody.get(link);
    expect(page.text).toContain('<html lang="es">');
    expect(page.text).toContain("¿Dejar de recibir estos correos?");
    expect(page.text).toContain("Ya no recibirá más correos de cuidados de Willow Skin Clinic.");
    expect((await anybody.call("POST", link, FORM)).text).toContain("<h1>Hecho</h1>");
  });

  it("is not found once any letter of it was changed, or it was cut", async () => {
    const enrolled = await enrol();
    const link = await linkIn(enrolled, "email");
    const token = link.slice("/u/".length);
    const altered = Array.from(token, (letter, at) => {
      return token.slice(0, at) + (letter === "A" ? "B" : "A") + token.slice(at + 1);
    });
    const cut = [token.slice(0, -1), token.slice(1), "", `${token}AAAA`, token.toUpperCase()];
    for (const wrong of [...altered, ...cut, "a".repeat(190)]) {
      for (const method of ["GET", "POST"]) {
        const answer = await anybody.call(method, `/u/${wrong}`);
        expectPage(answer, 404, "This link does not work");
      }
    }
    expect(await standing(enrolled)).toEqual(UNTOUCHED);
  });

  it("is answered no more than 60 times a minute, and others are all the same", async () => {
    const [one, other] = [await enrol(), await enrol()];
    const link = await linkIn(one, "email");
    for (let count = 0; count < 60; count++) expect((await anybody.get(link)).status).toBe(200);
    const answer = await anybody.get(`${link}?again`);
    expectPage(answer, 429, "Please try again in a minute");
    expect((await anybody.get(await linkIn(other, "email"))).status).toBe(200);
    expect((await anybody.call("POST", await linkIn(other, "email"), FORM)).status).toBe(200);
  });
});
