import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { markDead } from "../../../src/ledger/deadAddresses.ts";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, type PageAnswer } from "../../support/staff.ts";
import { storedRows } from "../http/refusal.ts";
import { anotherPhone, enrolBy, type Fields, fillIn, treatmentOf } from "./enrolling.ts";

describe("the plan beside the form", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk");
    admin = await joinClinic(running, clinic.id, "admin");
  });

  async function plan(fields: Fields = {}, member: Member = desk): Promise<PageAnswer> {
    const filled = await fillIn(member, { phone: anotherPhone(), ...fields });
    return member.post(member.at("plan"), filled, { "hx-request": "true" });
  }

  it("says what POST /v1/plans says, and stores nothing", async () => {
    const before = await storedRows(running.app.ledger);
    const phone = anotherPhone();
    const { text } = await plan({ phone });
    expect(await storedRows(running.app.ledger)).toEqual(before);
    const { patient, consent, ...body } = enrolmentBody(running.clock.now());
    const asked = {
      ...body,
      channels: undefined,
      patient: { firstName: patient.firstName, phone },
      consent: { ...consent, care: ["sms"] },
    };
    const answer = await clinic.desk.post<{ reminders: FullReminder[] }>("/v1/plans", asked);
    const sent = answer.body.reminders.filter(({ status }) => status === "scheduled");
    expect(text).toContain(`${sent.length} messages , the last on Sat 23 Jan 2027, 15:30`);
    expect(sent.find(({ step }) => step === "sun")?.localTime).toBe("2026-11-24T09:00:00-05:00");
    expect(text).toContain(
      "Tue 24 Nov 2026, 09:00 Sunscreen, and no long spells in the sun text in sending hours; " +
        "true from Mon 23 Nov 2026, 23:30",
    );
  });

  it("is there from the first letter on, whatever is not typed yet or is wrong", async () => {
    const nothing = await plan({ firstName: "", phone: "", careSms: "" });
    expect(nothing.status).toBe(200);
    expect(nothing.text).toContain("Nothing is sent until the patient agrees to texts or emails.");
    const half = await plan({ firstName: "", phone: "212", email: "w@", at: "2026" });
    expect(half.text).toContain("Not a US number yet");
    expect(half.text).toContain("The number is not complete yet.");
    expect(half.text).not.toContain("gave no number");
    expect((await plan({ phone: "" })).text).toContain("agreed to texts, but gave no number");
    const whole = await plan({ phone: "(212) 555-0147" });
    expect(whole.html).toMatch(/<span id="phone-note"[^>]*hx-swap-oob="true">\+1 212 555 0147</);
  });

  it("plans nothing of what was done earlier until it is said when", async () => {
    const said = "Say when it was done to see the messages.";
    for (const at of ["", "2026", "2026-08-01T10:00"]) {
      const { text } = await plan({ when: "earlier", at });
      expect(text).toContain(said);
      expect(text).not.toMatch(/\d+ messages/);
    }
    expect((await plan({ when: "earlier", at: "2026-08-01T10:00" })).text).toContain(
      "Done at is more than 90 days ago.",
    );
    const { text } = await plan({ when: "earlier", at: "2026-11-23T10:00" });
    expect(text).toMatch(/\d+ messages/);
    expect(text).not.toContain(said);
  });

  it("takes back what was wrong of a form once it is right, and says what is wrong still", async () => {
    const sent = { wrong: "firstName phone", firstName: "", phone: "212555" };
    const bad = await plan(sent);
    expect(bad.text).toContain("First name is needed.");
    expect(bad.text).toContain("Phone is not a phone number of US or with a country code.");
    expect(bad.html).not.toContain('id="refusal"');
    const half = await plan({ ...sent, phone: "(212) 555-6603" });
    expect(half.html).toMatch(/<small id="field-phone-problem"[^>]*><\/small>/);
    expect(half.text).toContain("First name is needed.");
    expect(half.text).toContain("One field is not right yet.");
    expect(half.html).toContain('name="wrong" value="firstName"');
    const good = await plan({ wrong: "firstName", phone: "(212) 555-6603" });
    expect(good.text).not.toMatch(/is needed|not right yet/);
    expect(good.html).toMatch(/name="wrong" value(="")?[ />]/);
    // Nobody is told of what is only begun.
    expect((await plan({ ...sent, wrong: "" })).html).not.toContain("field-phone-problem");
  });

  it("says where nothing carries what the patient agrees to", async () => {
    const email = "w@patients.example.test";
    const both = await plan({ careEmail: "yes", email });
    const kept = "Nothing is sent: they are kept in the outbox.";
    expect(both.text).toContain(`Text messages are not set up here. ${kept}`);
    expect(both.text).toContain(`Emails are not set up here. ${kept}`);
    expect((await plan()).text).not.toContain("Emails are not set up here");
  });

  it("warns of a landline, and of nothing where the number may be a mobile", async () => {
    const landline = await plan({ phone: "+44 20 7946 0018" });
    expect(landline.text).toContain("+44 20 7946 0018 is no mobile, and takes no texts.");
    expect(landline.text).toContain("a landline: it takes no texts");
    expect((await plan({ phone: "+44 7400 123456" })).text).not.toContain("takes no texts");
    expect((await plan({ phone: anotherPhone() })).text).not.toContain("takes no texts");
    const byEmail = { careSms: "", careEmail: "yes", email: "w@patients.example.test" };
    const unused = await plan({ phone: "+44 20 7946 0018", ...byEmail });
    expect(unused.text).not.toContain("is no mobile");
    const id = treatmentOf(await enrolBy(desk, { phone: "+44 20 7946 0018" }));
    const page = await desk.get(desk.at(`treatments/${id}/enrolled`));
    expect(page.text).toContain("is no mobile, and takes no texts");
  });

  it("warns of a number that takes no messages, and of a patient who stopped them", async () => {
    const { db } = running.app.ledger;
    const [dead, stopped] = [anotherPhone(), anotherPhone()];
    const of = {
      clinicId: clinic.id,
      channel: "sms",
      address: `+1${dead}`,
      code: "30005",
    } as const;
    await markDead(db, of, running.clock.now());
    const known = await plan({ phone: dead });
    expect(known.text).toContain("The number or address is known to take no messages");
    expect(known.text).toContain("Nothing of this treatment will be sent.");
    expect(known.text).toContain("No message.");
    await sql`insert into aftercare.opt_outs (clinic_id, channel, address, source, created_at)
      values (${clinic.id}, 'sms', ${`+1${stopped}`}, 'patient page', now())`.execute(db);
    const silent = await plan({ phone: stopped });
    expect(silent.text).toContain("The patient has stopped these messages");
    const answer = await enrolBy(desk, { phone: stopped });
    const page = await desk.get(answer.location ?? "");
    expect(page.text).toContain("The patient has stopped these messages.");
    expect(page.text).toContain("Nothing of this treatment will be sent.");
  });

  it("tells of a treatment that the patient has already, and what changes of it", async () => {
    const phone = anotherPhone();
    treatmentOf(await enrolBy(desk, { phone, when: "earlier", at: "2026-11-22T10:00" }));
    const { text } = await plan({ phone });
    expect(text).toContain(
      "This patient has a treatment here already: Micro needling, Sun 22 Nov 2026, 10:00.",
    );
    expect(text).toMatch(
      /Of it, enrolling changes:.*Your wait is over: gym, pool and sauna: not sent, “Your wait is over: gym, pool and sauna” of the other treatment says it later/,
    );
    expect((await plan({ phone: anotherPhone() })).text).not.toContain("a treatment here already");
  });

  it("says what changes of a patient who is known, so that nobody becomes somebody else", async () => {
    const email = "shared@patients.example.test";
    const first = anotherPhone();
    treatmentOf(await enrolBy(desk, { phone: first, email }));
    const other = await plan({ phone: anotherPhone(), email });
    expect(other.text).toContain("is known here with another number: enrolling changes it.");
    expect(other.text).not.toContain("with another email");
    expect((await plan({ phone: first, email })).text).not.toContain("is known here with another");
    const somebody = await plan({ phone: anotherPhone(), email, firstName: "Ada" });
    expect(somebody.text).not.toContain("is known here with another");
  });

  it("lets a front desk enter a longer wait, and only an admin, with a reason, a shorter one", async () => {
    const waits = { waitsOf: "microneedling" };
    const longer = { ...waits, "after.makeup-ok": "48h" };
    expect((await plan(longer)).text).toContain("after 48h instead of 24h");
    const id = treatmentOf(await enrolBy(desk, longer));
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
    expect(body.treatment).toMatchObject({ overrides: { "makeup-ok": "48h" } });

    const shorter = { ...waits, "after.makeup-ok": "12h" };
    expect((await plan(shorter)).text).toContain("Another wait: only an admin may choose this");
    const phone = anotherPhone();
    const refused = await enrolBy(desk, { ...shorter, phone, overrideReason: "good skin" });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("only an admin may choose this; at least 24h");
    const unsaid = await enrolBy(admin, { ...shorter, phone });
    expect(unsaid.status).toBe(422);
    expect(unsaid.text).toContain("is needed: this is more than a clinician decides alone");
    const said = await enrolBy(admin, { ...shorter, phone, overrideReason: "good skin" });
    const event = await running.app.ledger.db
      .selectFrom("events")
      .select("detail")
      .where("treatment_id", "=", treatmentOf(said))
      .where("type", "=", "enrolled")
      .executeTakeFirstOrThrow();
    expect(event.detail).toMatchObject({ overrides: { "makeup-ok": "12h" }, reason: "good skin" });
  });

  it("knows that a day of the patient's zone can be shorter than its hours", async () => {
    // Noon in Sydney, on the day before its clocks go forward.
    const done = { when: "earlier", at: "2026-10-02T22:00", waitsOf: "microneedling" };
    const inDays = { ...done, timeZone: "Australia/Sydney", "after.retinol-ok": "2d" };
    const phone = anotherPhone();
    const refused = await enrolBy(desk, { ...inDays, phone });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("only an admin may choose this; at least 48h");
    treatmentOf(await enrolBy(desk, { ...inDays, phone, "after.retinol-ok": "49h" }));
    const known = await enrolBy(desk, { ...inDays, phone, timeZone: "" });
    expect(known.status).toBe(403);
  });

  it("offers a front desk only the waits that it may set", async () => {
    const own = await desk.get(desk.at());
    expect(own.html).toContain('name="after.makeup-ok"');
    // What may be set is named by the thing itself.
    expect(own.html).toMatch(/<label for="field-after-makeup-ok">Make-up</);
    expect(own.html).not.toContain('name="after.sun"');
    expect((await admin.get(admin.at())).html).toContain('name="after.sun"');
    const wrong = await enrolBy(desk, { waitsOf: "microneedling", "after.makeup-ok": "two days" });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain("must be a number and a unit");
    const moved = await enrolBy(desk, { waitsOf: "microneedling", "after.sun": "20h" });
    expect(moved.status).toBe(403);
  });
});

describe("the plan beside the form, once messages went out", () => {
  const running = useApp("postgres", { worker: true });

  it("tells that what was permitted is taken back", async () => {
    const clinic = await openClinic(running);
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const phone = anotherPhone();
    const id = treatmentOf(await enrolBy(desk, { phone }));
    running.clock.moveBy(24 * 3_600_000 + 60_000);
    await until("the permission to go out", async () => {
      const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
      const permission = body.reminders.find(({ step }) => step === "makeup-ok");
      return permission?.status === "sent" || permission?.status === "delivered";
    });
    const again = await fillIn(desk, { phone });
    const { text } = await desk.post(desk.at("plan"), again, { "hx-request": "true" });
    expect(text).toContain(
      "Correction: no make-up yet: a message that takes back what was permitted, Tue 24 Nov 2026, 15:31",
    );
  });
});
