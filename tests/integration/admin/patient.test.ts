import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { useTexter } from "../http/texter.ts";

const BAD = "<script>alert(1)</script>";

describe("a patient's page", () => {
  const texter = useTexter("postgres");
  let desk: Member;
  let admin: Member;

  beforeAll(async () => {
    desk = await joinClinic(texter.running, texter.clinic.id, "front_desk");
    admin = await joinClinic(texter.running, texter.clinic.id, "admin", { name: "Dana Cole" });
  });

  /** Somebody to whom what is due at once has been sent. */
  async function texted(facts = {}) {
    const phone = texter.nextPhone();
    const { treatment, reminders } = await texter.enrol(phone, facts);
    const products = reminders.find(({ step }) => step === "products")?.id ?? "";
    await until("the first text has left", async () => {
      return (await texter.detailOf(products)).status !== "scheduled";
    });
    await until("it has arrived at the provider", async () => {
      const { status } = await texter.detailOf(products);
      return status === "sent" || status === "delivered";
    });
    return {
      phone,
      patientId: treatment.patientId,
      treatment,
      page: `patients/${treatment.patientId}`,
    };
  }

  const statuses = async (patientId: string) => {
    const { rows } = await sql<{ says: string }>`
      select distinct channel || ' ' || status || coalesce(' ' || status_reason, '') as says
      from aftercare.reminders where patient_id = ${patientId}`.execute(
      texter.running.app.ledger.db,
    );
    return rows.map(({ says }) => says);
  };

  it("says who it is, and shows what was sent, with its words, and what is planned", async () => {
    const { page, phone } = await texted({ firstName: "Wilhelmina", locale: "en" });
    const { status, text, html } = await desk.get(desk.at(page));
    expect(status).toBe(200);
    expect(html).toContain(`href="tel:${phone}"`);
    const written = phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");
    for (const fact of [
      "Wilhelmina",
      written,
      "Language English",
      "America/New_York",
      "Micro needling was done",
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).toMatch(/So far .*sent Skin care products to avoid , text message/);
    expect(text).toContain("exfoliants");
    expect(text).toMatch(
      /Coming .*planned Your wait is over: gym, pool and sauna , text message .*So far/,
    );
    expect(text).toContain("aftercare by text message");
    expect(text).toContain("form 3");
    // Neither the title nor an address names a patient.
    expect(html).toContain("<title>Patient · ");
    expect(html).not.toMatch(/(href|action)="(?!tel:)[^"]*(Wilhelmina|%2B1|\+1)/);
  });

  it("has what is planned apart, the nearest first, and what was, the newest first", async () => {
    const { page, phone } = await texted();
    await texter.text(phone, "thank you");
    const { html } = await desk.get(desk.at(page));
    const [, coming = "", past = ""] = html.split(/<h2 id="(?:coming|timeline)">/);
    const times = (part: string) =>
      [...(part.split("<h2")[0]?.matchAll(/<li[^>]*><time dateTime="([^"]+)"/gi) ?? [])].map(
        ([, at = ""]) => at,
      );
    expect(times(coming).length).toBeGreaterThan(10);
    expect(times(coming)).toEqual(times(coming).toSorted());
    expect(times(past).length).toBeGreaterThan(3);
    expect(times(past)).toEqual(times(past).toSorted().toReversed());
    expect(coming).not.toContain("sent</span>");
    expect(past).not.toContain("planned</span>");
  });

  it("has what the provider said of a message in the line of that message", async () => {
    const { page, patientId } = await texted();
    const { db } = texter.running.app.ledger;
    await sql`delete from aftercare.receipts where attempt_id in (select a.id from aftercare.attempts a
      join aftercare.reminders r on r.id = a.reminder_id where r.patient_id = ${patientId})`.execute(
      db,
    );
    await sql`insert into aftercare.receipts (clinic_id, attempt_id, status, code, received_at)
      select a.clinic_id, a.id, said.status, said.code, said.at::timestamptz
      from aftercare.attempts a join aftercare.reminders r on r.id = a.reminder_id,
        (values ('sent', '', '2026-11-23T20:30:02Z'), ('undelivered', '30003', '2026-11-24T20:30:05Z'))
          said (status, code, at)
      where r.patient_id = ${patientId} and r.step = 'products'`.execute(db);
    const { text } = await desk.get(desk.at(page));
    expect(text).toContain("sent 15:30:02, not delivered Tue 24 Nov 2026, 15:30 (code 30003)");
    expect(text).not.toContain("The provider said");
  });

  it("shows a STOP by text: since when, by what, and in the timeline", async () => {
    const { page, phone } = await texted();
    expect((await desk.get(desk.at(page))).text).not.toContain("No text messages since");
    await texter.text(phone, "Please STOP");
    const { text } = await desk.get(desk.at(page));
    expect(text).toMatch(
      /No text messages since Mon 23 Nov 2026, 15:3\d \(New York\): stopped by a text of the patient\. A START/,
    );
    expect(text).toMatch(/the patient said stop .*Please STOP/);
    expect(text).toContain("the patient stopped these messages");
    expect(text).not.toContain("Stop the text messages");
  });

  it("shows the words of a reply, and of a source, as text", async () => {
    const { page, phone } = await texted({ externalId: BAD });
    await texter.text(phone, BAD);
    const { text, html } = await desk.get(desk.at(page));
    expect(html).not.toContain("<script>alert");
    expect(text.split(BAD).length).toBeGreaterThan(2);
  });

  it("stops a channel on the patient's word, once somebody has said why", async () => {
    const { page, patientId } = await texted();
    const path = desk.at(`${page}/stop/sms`);
    expect((await desk.get(path)).text).toContain("You cannot take this back");
    const without = await desk.post(path, { reason: " " });
    expect(without.status).toBe(422);
    expect(await statuses(patientId)).toContain("sms scheduled");
    const answer = await desk.post(path, { reason: "asked at the desk" });
    expect(answer).toMatchObject({ status: 303, location: `${desk.at(page)}?did=stopped-sms` });
    const { text } = await desk.get(answer.location ?? "");
    expect(text).toContain("The text messages are stopped.");
    expect(text).toContain("stopped by word to the clinic");
    expect(await statuses(patientId)).not.toContain("sms scheduled");
    const { rows } = await sql<{ actor: string; detail: Record<string, unknown> }>`
      select actor, detail from aftercare.events where type = 'opted out'
        and detail->'patientIds' ? ${patientId}`.execute(texter.running.app.ledger.db);
    expect(rows).toMatchObject([{ detail: { channel: "sms", reason: "asked at the desk" } }]);
    expect(rows[0]?.actor).toMatch(/^staff:/);
  });

  it("tells of a pause, which an admin ends with a reason, when no alarm waits any more", async () => {
    const { page, phone, patientId } = await texted();
    await texter.text(phone, "I have blisters and pus");
    const paused = await desk.get(desk.at(page));
    expect(paused.text).toContain("Permissions are held back since");
    expect(paused.html).not.toContain("/resume");
    expect(paused.html).toMatch(/<a href="[^"]*\/inbox">1 reply to be handled in the inbox<\/a>/);
    expect((await desk.get(desk.at(`${page}/resume`))).status).toBe(403);
    expect((await desk.post(desk.at(`${page}/resume`), { reason: "seen" })).status).toBe(403);

    const path = admin.at(`${page}/resume`);
    expect((await admin.get(admin.at(page))).html).not.toContain("/resume");
    const asked = await admin.get(path);
    expect(asked.text).toContain("1 alarming reply of this patient still waits in the inbox");
    expect(asked.html.split("<main")[1]).toMatch(/href="[^"]*\/inbox"/);
    expect(asked.html).not.toContain("Resume</button>");
    expect((await admin.post(path, {})).status).toBe(422);
    const early = await admin.post(path, { reason: "the doctor has looked" });
    expect((await admin.get(early.location ?? "")).text).toContain("The pause goes on");
    expect(await statuses(patientId)).toContain("sms skipped paused");

    await sql`update aftercare.inbound_messages set handled_at = now(), handled_by = 'test'
      where patient_id = ${patientId}`.execute(texter.running.app.ledger.db);
    expect((await admin.get(admin.at(page))).html).toContain("/resume");
    expect((await admin.get(path)).html).toContain("Resume</button>");
    const answer = await admin.post(path, { reason: "the doctor has looked" });
    const { text } = await admin.get(answer.location ?? "");
    expect(text).toMatch(/The permissions go on\. \d+ messages are planned again/);
    expect(text).not.toContain("Permissions are held back");
    expect(await statuses(patientId)).not.toContain("sms skipped paused");
  });

  it("says when a message that is held back will be due, also by another wait", async () => {
    const { treatment, phone } = await texted();
    await texter.text(phone, "I have blisters and pus");
    const page = `treatments/${treatment.id}`;
    const wait = { step: "gym-ok", amount: "96", unit: "h", reason: "sensitive skin" };
    const seen = await desk.post(desk.at(`${page}/wait`), wait);
    expect(seen.text).not.toContain("No message of this treatment would change");
    const due = /if resumed, it will be due (\w{3} \d+ \w{3} \d{4}, \d\d:\d\d)/g;
    const [was, is] = [...seen.text.matchAll(due)].map(([, at]) => at ?? "");
    expect(is).not.toBe(was);
    const done = await desk.post(desk.at(`${page}/wait`), { ...wait, confirmed: "yes" });
    const { text } = await desk.get(done.location ?? "");
    expect(text).toContain("Corrected. 1 message was planned anew.");
    expect(text).toContain(`held back after an alarming reply; if resumed, it will be due ${is}`);
    expect(text).not.toContain(`it will be due ${was}`);
  });

  it("tells of a dead address", async () => {
    const { page, phone } = await texted();
    await sql`insert into aftercare.dead_addresses values
      (${texter.clinic.id}, 'sms', ${phone}, '30005', now())`.execute(texter.running.app.ledger.db);
    expect((await desk.get(desk.at(page))).text).toMatch(/The number takes no messages .*30005/);
  });

  it("goes through a long timeline, each line once", async () => {
    const { page, patientId, treatment } = await texted();
    const { db } = texter.running.app.ledger;
    await sql`
      insert into aftercare.inbound_messages
        (clinic_id, patient_id, channel, provider_id, address, body, reading, received_at)
      select ${texter.clinic.id}, ${patientId}, 'sms', ${treatment.id} || n, 'x', 'line ' || n || '.',
        'reply', timestamptz '2026-11-20T12:00Z' + (n / 3) * interval '1 second'
      from generate_series(1, 230) n`.execute(db);
    const lines: string[] = [];
    let path: string | undefined = desk.at(page);
    for (let pages = 0; path !== undefined && pages < 9; pages++) {
      const { html } = await desk.get(path);
      lines.push(...[...html.matchAll(/line \d+\./g)].map(([line]) => line));
      path = /href="([^"]*\?before=[^"#]*)/.exec(html)?.[1];
    }
    expect(lines).toHaveLength(230);
    expect(new Set(lines).size).toBe(230);
  });

  it("and all that is a patient's is not there for another clinic", async () => {
    const { page, patientId, treatment } = await texted();
    const another = await texter.openAnother("Hillside Clinic");
    const stranger = await joinClinic(texter.running, another.id, "admin");
    const { rows } = await sql<{ id: string }>`
      select id from aftercare.reminders where patient_id = ${patientId} limit 1`.execute(
      texter.running.app.ledger.db,
    );
    const ownReminder = `reminders/${rows[0]?.id}`;
    const ownTreatment = `treatments/${treatment.id}`;
    const read = [page, `${page}/resume`, `${page}/stop/sms`, ownTreatment, ownReminder];
    const acts = ["cancel", "time", "wait", "undo"].map((act) => `${ownTreatment}/${act}`);
    const more = ["cancel", "replay", "send-now"].map((act) => `${ownReminder}/${act}`);
    const before = await statuses(patientId);
    for (const path of [...read, ...acts, ...more]) {
      for (const address of [stranger.at(path), desk.at(path)]) {
        const answer = await stranger.get(address);
        expect([address, answer.status]).toEqual([address, 404]);
        expect(answer.html).not.toContain("Wilhelmina");
      }
      const fields = { reason: "x", retract: "no", at: "2026-11-23T10:00", confirmed: "yes" };
      const answer = await stranger.post(stranger.at(path), fields);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect(await statuses(patientId)).toEqual(before);
  });
});
