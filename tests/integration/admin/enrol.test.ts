import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { anotherPhone, enrolBy, fillIn, STOP_WORDS, treatmentOf } from "./enrolling.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("enrolling on a page", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk");
    admin = await joinClinic(running, clinic.id, "admin");
  });

  const db = () => running.app.ledger.db;

  async function treatmentsOf(phone: string): Promise<number> {
    const { rows } = await sql<{ id: string }>`
      select t.id from aftercare.treatments t join aftercare.patients p on p.id = t.patient_id
      where t.clinic_id = ${clinic.id} and p.phone = ${`+1${phone}`}`.execute(db());
    return rows.length;
  }

  const plan = async (member: Member, fields: Record<string, string>) =>
    member.post(member.at("plan"), fields, { "hx-request": "true" });

  it("is the first page of a clinic, and shows the words that are agreed to", async () => {
    const page = await desk.get(desk.at());
    expect(page.status).toBe(200);
    expect(page.html).toMatch(/<a href="[^"]*" aria-current="page">Enrol<\/a>/);
    expect(page.text).toContain(`Willow Skin Clinic sends me automated text messages`);
    expect(page.text).toContain(STOP_WORDS);
    expect(page.text).toContain("I do not have to agree to this to be treated.");
    expect(page.html).not.toMatch(/type="checkbox"[^>]*checked/);
  });

  it("plans as the API does, and leads to the plan, with nobody's data in the address", async () => {
    const phone = anotherPhone();
    const answer = await enrolBy(desk, {
      phone,
      email: "w@patients.example.test",
      careEmail: "yes",
    });
    const id = treatmentOf(answer);
    expect(answer.location).toBe(`${desk.at(`treatments/${id}/enrolled`)}?did=enrolled`);
    const page = await desk.get(answer.location ?? "");
    expect(page.text).toContain("Wilhelmina is enrolled.");
    expect(page.text).toContain("15 messages , the last on Sat 23 Jan 2027, 15:30");
    expect(page.text).toMatch(/Tue 24 Nov 2026, 15:30 Your wait is over: make-up text/);
    expect(page.text).toMatch(/https:\/\/care\.example\.test\/t\/[\w-]{22}/);
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
    expect(body.reminders).toHaveLength(15);
    expect(body.treatment.performedAt).toBe(running.clock.now().toISOString());
  });

  it("keeps the exact words that were agreed to, who heard it, and who recorded it", async () => {
    const fields = await fillIn(desk, { phone: anotherPhone(), offers: "yes" });
    const id = treatmentOf(await desk.post(desk.at(), fields));
    const { rows } = await sql<Record<string, string>>`
      select k.purpose, k.channel, k.source, k.recorded_by, k.taken_by, k.text_version, w.words
      from aftercare.consents k
      join aftercare.consent_texts w on w.clinic_id = k.clinic_id and w.version = k.text_version
      where k.treatment_id = ${id} order by purpose`.execute(db());
    const evidence = {
      channel: "sms",
      source: "form at the front desk",
      recorded_by: expect.stringMatching(/^staff:\w+$/),
      taken_by: "Robin Vale",
      text_version: fields["wording"],
      words: expect.stringContaining(STOP_WORDS),
    };
    expect(rows).toEqual([
      { ...evidence, purpose: "care" },
      { ...evidence, purpose: "rebook" },
    ]);
    const page = await desk.get(desk.at(`treatments/${id}/enrolled`));
    expect(page.text).toContain(STOP_WORDS);
    const changed = sql`update aftercare.consent_texts set words = ''`.execute(db());
    await expect(changed).rejects.toThrow("only ever added");
    const events = await db()
      .selectFrom("events")
      .select(["type", "actor"])
      .where("treatment_id", "=", id)
      .where("type", "=", "enrolled")
      .execute();
    expect(events).toEqual([{ type: "enrolled", actor: rows[0]?.["recorded_by"] }]);
  });

  it("keeps the words in the language in which they were shown", async () => {
    const phone = anotherPhone();
    const spanish = await fillIn(desk, { phone, locale: "es" });
    const shown = await plan(desk, spanish);
    const version = /id="wording" name="wording" value="([^"]+)"/.exec(shown.html)?.[1] ?? "";
    expect(version).toMatch(/^form-es-/);
    expect(shown.text).toContain("Puedo detenerlos en cualquier momento respondiendo STOP.");
    const id = treatmentOf(await desk.post(desk.at(), { ...spanish, wording: version }));
    expect((await desk.get(desk.at(`treatments/${id}/enrolled`))).text).toContain(
      "respondiendo STOP",
    );
    const forged = await enrolBy(desk, { wording: "form-en-0000000000000000" });
    expect(forged.status).toBe(422);
    expect(forged.text).toContain("The words at the boxes have changed.");
  });

  it("enrols once where the form is sent twice, at once or later", async () => {
    const phone = anotherPhone();
    const fields = await fillIn(desk, { phone });
    const twice = await Promise.all([desk.post(desk.at(), fields), desk.post(desk.at(), fields)]);
    running.clock.moveBy(60_000);
    const again = await desk.post(desk.at(), fields);
    expect(new Set([...twice, again].map(treatmentOf)).size).toBe(1);
    expect(await treatmentsOf(phone)).toBe(1);
    const page = await desk.get(again.location ?? "");
    expect(page.text).toContain("was enrolled by this form already, and is enrolled once");
  });

  it("does nothing where a form that enrolled comes with something else in it", async () => {
    const fields = await fillIn(desk, { phone: anotherPhone() });
    treatmentOf(await desk.post(desk.at(), fields));
    const phone = anotherPhone();
    const answer = await desk.post(desk.at(), { ...fields, phone });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("This form has enrolled somebody already");
    expect(await treatmentsOf(phone)).toBe(0);
    const key = /name="key" value="([^"]+)"/.exec(answer.html)?.[1] ?? "";
    treatmentOf(await desk.post(desk.at(), { ...fields, phone, key }));
    expect(await treatmentsOf(phone)).toBe(1);
  });

  it.each([
    ["no name", { firstName: "" }, "is needed"],
    ["a name that is a link", { firstName: "Mina evil.com/x" }, "must not look like a link"],
    ["half a number", { phone: "212555" }, "is not a phone number of US"],
    ["no number for texts", { phone: "" }, "needs a phone or an email"],
    ["no email for emails", { careSms: "", careEmail: "yes", phone: "" }, "needs a phone or an"],
    ["a wrong email", { email: "at home" }, "must be an email address"],
    ["nothing agreed to", { careSms: "" }, "Ask the patient, and tick one"],
    ["offers alone", { careSms: "", silent: "yes", offers: "yes" }, "needs texts or emails to be"],
    ["earlier, and no time", { when: "earlier" }, "is needed"],
    ["a time to come", { when: "earlier", at: "2026-11-24T15:30" }, "15 minutes in the future"],
    ["a day that is not there", { when: "earlier", at: "2026-13-41T15:30" }, "is no date and time"],
    ["a time long ago", { when: "earlier", at: "2026-05-24T15:30" }, "more than 90 days ago"],
    ["no such zone", { timeZone: "New York" }, "must be an IANA time zone"],
    ["no such treatment", { protocol: "nothing" }, "is not a protocol of this server"],
    ["no such language", { locale: "es-mex" }, "must be a language"],
  ])("refuses %s, and keeps what was typed", async (_, wrong, said) => {
    const phone = anotherPhone();
    const answer = await enrolBy(desk, { phone, externalId: "keep-me", ...wrong });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(said);
    expect(answer.html).toContain('value="keep-me"');
    expect(await treatmentsOf(phone)).toBe(0);
  });

  it("takes a form without a consent only where that is meant", async () => {
    const id = treatmentOf(await enrolBy(desk, { careSms: "", silent: "yes" }));
    const page = await desk.get(
      `${desk.at(`treatments/${id}/enrolled`)}?warn=nothing_will_be_sent`,
    );
    expect(page.text).toContain("Nothing of this treatment will be sent.");
    expect(page.text).toContain("All of them: not agreed to");
  });

  it.each([
    ["2026-11-23T12:10", "2026-11-23T17:10:00.000Z"],
    // The clocks showed it twice: by the later nothing is permitted early.
    ["2026-11-01T01:30", "2026-11-01T06:30:00.000Z"],
  ])("reads %s by the clinic's clocks", async (at, performedAt) => {
    const id = treatmentOf(await enrolBy(desk, { when: "earlier", at }));
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
    expect(body.treatment.performedAt).toBe(performedAt);
  });

  it("tells times by the clocks of a patient who lives elsewhere", async () => {
    const id = treatmentOf(await enrolBy(desk, { timeZone: "America/Los_Angeles" }));
    const page = await desk.get(desk.at(`treatments/${id}/enrolled`));
    expect(page.text).toContain("Times are the patient’s (America/Los_Angeles), not the clinic’s.");
    expect(page.text).toMatch(/Tue 24 Nov 2026, 12:3\d Your wait is over: make-up/);
  });

  it("shows its text as text", async () => {
    const refused = await enrolBy(desk, { firstName: SCRIPT, externalId: SCRIPT, email: SCRIPT });
    expect(refused.status).toBe(422);
    expect(refused.html).not.toContain(SCRIPT);
    expect(refused.html).toContain("&lt;script>alert(1)&lt;/script>");
    const id = treatmentOf(
      await enrolBy(admin, {
        firstName: "O'Neil & “Sons”",
        externalId: SCRIPT,
        waitsOf: "microneedling",
        "after.makeup-ok": "12h",
        overrideReason: SCRIPT,
      }),
    );
    const page = await desk.get(desk.at(`treatments/${id}/enrolled`));
    expect(page.html).not.toContain(SCRIPT);
    expect(page.text).toContain("O'Neil & “Sons”");
  });

  it("is nobody else's: another clinic's people see and do nothing of it", async () => {
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    const phone = anotherPhone();
    const fields = await fillIn(desk, { phone });
    const id = treatmentOf(await desk.post(desk.at(), fields));
    const unsent = anotherPhone();
    for (const answer of [
      await stranger.get(desk.at()),
      await stranger.post(desk.at(), { ...fields, phone: unsent }),
      await plan(stranger, {}).then(() => stranger.post(desk.at("plan"), fields)),
      await stranger.get(desk.at(`treatments/${id}/enrolled`)),
      await stranger.get(stranger.at(`treatments/${id}/enrolled`)),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.html).not.toContain(id);
      expect(answer.html).not.toContain("Wilhelmina");
    }
    expect(await treatmentsOf(unsent)).toBe(0);
  });

  it("answers a cut address with a page", async () => {
    expect((await desk.get(desk.at("treatments/1/enrolled"))).status).toBe(404);
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect((await desk.get(desk.at(`treatments/${unknown}/enrolled`))).status).toBe(404);
  });
});
