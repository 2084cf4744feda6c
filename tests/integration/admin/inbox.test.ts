import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, type PageAnswer, visitorAt } from "../../support/staff.ts";
import { ANSWER, writeIn } from "./writing.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("the inbox for staff", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let admin: Member;
  let phones = 0;

  const nextPhone = () => `+1212555${4000 + ++phones}`;

  beforeEach(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk", { name: "Dana Desk" });
    admin = await joinClinic(running, clinic.id, "admin");
  });

  async function enrol(phone: string, firstName: string, more: { timeZone?: string } = {}) {
    const { treatment } = await clinic.enrol({
      externalId: `p-${phone}`,
      phone,
      firstName,
      ...more,
    });
    return treatment.patientId;
  }

  /** The texts on a page, by what their patients wrote, as it shows them. */
  function saidOn({ html }: PageAnswer): string[] {
    return [...html.matchAll(/class="said"[^>]*>([^<]*)</g)].map(([, text = ""]) => text);
  }

  const idsOn = ({ html }: PageAnswer) =>
    [...html.matchAll(/id="letter-([0-9a-f-]{36})"/g)].map(([, id = ""]) => id);

  const pausedAt = async (id: string) => {
    const { rows } = await sql<{ at: Date | null }>`
      select permissions_paused_at as at from aftercare.patients where id = ${id}`.execute(
      running.app.ledger.db,
    );
    return rows[0]?.at ?? null;
  };

  it("says what to do where nobody has written", async () => {
    const open = await desk.get(desk.at("inbox"));
    expect(open.status).toBe(200);
    expect(open.text).toContain("No alarm is open.");
    expect(open.text).toContain("appears here by itself");
    expect((await desk.get(desk.at("inbox?show=handled"))).text).toContain(
      "Nothing has been handled yet",
    );
  });

  it("shows alarms first, then the newest, with all that there is to know", async () => {
    const [ana, ben] = [nextPhone(), nextPhone()];
    const anaId = await enrol(ana, "Ana", { timeZone: "America/Los_Angeles" });
    await enrol(ben, "محمد عبدالله");
    await writeIn(running, ana, "I have a fever", "alarm");
    running.clock.moveBy(60_000);
    await writeIn(running, ben, "هل يمكنني السباحة؟", "reply");
    running.clock.moveBy(60_000);
    await writeIn(running, ben, "Thank you", "reply");
    const page = await desk.get(desk.at("inbox"));
    expect(saidOn(page)).toEqual(["I have a fever", "Thank you", "هل يمكنني السباحة؟"]);
    expect(page.html).toContain(`href="/admin/${clinic.id}/patients/${anaId}"`);
    expect(page.html).toContain(`href="tel:${ana}"`);
    expect(page.text).toContain("permissions paused");
    expect(page.text).toContain("for the patient");
    expect(page.text).toContain(ANSWER);
    expect(page.text).toContain("Question");
    expect(page.text).toContain("محمد عبدالله");
    expect(page.html).toMatch(/class="open-alarms"><span[^>]*>1 alarm</);
  });

  it("names the message that a text answers, and what it had said", async () => {
    const phone = nextPhone();
    const { reminders } = await clinic.enrol({ externalId: "asked", phone });
    const sent = reminders.find(({ step, channel }) => step === "essentials" && channel === "sms");
    const { db } = running.app.ledger;
    const now = running.clock.now();
    await sql`update aftercare.reminders set status = 'sent' where id = ${sent?.id}`.execute(db);
    await sql`insert into aftercare.attempts (clinic_id, reminder_id, dispatch_no, channel, provider,
      status, address, body, started_at) values (${clinic.id}, ${sent?.id}, 1, 'sms', 'outbox', 'sent',
      ${phone}, 'No make-up today', ${now})`.execute(db);
    await writeIn(running, phone, "Not even powder?", "reply");
    const page = await desk.get(desk.at("inbox"));
    expect(page.text).toMatch(
      /Most likely answers our message “Your aftercare: what to do and what to avoid”/,
    );
    expect(page.text).toContain("No make-up today");
  });

  it("shows what patients type as text, and in no address", async () => {
    const phone = nextPhone();
    const id = await enrol(phone, "Cleo");
    // No enrolment takes such a name; the ledger may have one from elsewhere.
    await sql`update aftercare.patients set first_name = ${SCRIPT} where id = ${id}`.execute(
      running.app.ledger.db,
    );
    await writeIn(running, phone, SCRIPT, "alarm");
    const page = await desk.get(desk.at("inbox"));
    expect(page.html).not.toContain(SCRIPT);
    expect(page.text.split(SCRIPT).length).toBeGreaterThan(2);
    const addresses = [...page.html.matchAll(/(?:href|action|hx-post|src)="([^"]*)"/g)]
      .map(([, url = ""]) => url)
      .filter((url) => !url.startsWith("tel:"));
    for (const address of addresses) {
      expect(decodeURIComponent(address)).not.toMatch(/script>|555/);
    }
  });

  it("lets a front desk mark an alarm as handled, and leaves the pause to an admin", async () => {
    const phone = nextPhone();
    const patientId = await enrol(phone, "Cleo");
    await writeIn(running, phone, "It bleeds", "alarm");
    const before = await desk.get(desk.at("inbox"));
    expect(before.text).toContain("stay paused until an admin lets them go on");
    expect(before.html).not.toContain('name="resume"');
    const [id = ""] = idsOn(before);
    const act = desk.at(`inbox/${id}/handled`);
    expect(await desk.post(act, { resume: "yes" })).toMatchObject({ status: 403 });
    expect(saidOn(await desk.get(desk.at("inbox")))).toEqual(["It bleeds"]);

    const answer = await desk.post(act);
    expect(answer).toMatchObject({ status: 303 });
    const after = await desk.get(answer.location ?? "");
    expect(after.text).toContain("permissions are still paused");
    expect(saidOn(after)).toEqual([]);
    expect(await pausedAt(patientId)).not.toBeNull();
    running.clock.moveBy(1_000);
    const again = await desk.post(act);
    expect((await desk.get(again.location ?? "")).text).toContain("had been handled already");

    const handled = await admin.get(admin.at("inbox?show=handled"));
    expect(handled.text).toContain("Handled by Dana Desk");
    expect(handled.text).toContain("Let the permissions go on");
    expect((await desk.get(desk.at("inbox?show=handled"))).html).not.toContain('name="resume"');
    const resumed = await admin.post(admin.at(`inbox/${id}/handled`), {
      resume: "yes",
      show: "handled",
    });
    expect(resumed.location).toContain("show=handled");
    expect((await admin.get(resumed.location ?? "")).text).toContain("The permissions go on.");
    expect(await pausedAt(patientId)).toBeNull();
  });

  it("says that a pause stays for another alarm, and ends it with the last one", async () => {
    const phone = nextPhone();
    const patientId = await enrol(phone, "Dora");
    await writeIn(running, phone, "Fever", "alarm");
    running.clock.moveBy(1_000);
    await writeIn(running, phone, "More fever", "alarm");
    const page = await admin.get(admin.at("inbox"));
    expect(page.html).toContain('name="resume"');
    expect(page.html).toMatch(/class="open-alarms"><span[^>]*>2 alarms</);
    const [newer = "", older = ""] = idsOn(page);
    const first = await admin.post(admin.at(`inbox/${newer}/handled`), { resume: "yes" });
    const kept = await admin.get(first.location ?? "");
    expect(kept.text).toContain("1 other alarm of the same people is still open");
    expect(await pausedAt(patientId)).not.toBeNull();
    const last = await admin.post(admin.at(`inbox/${older}/handled`), { resume: "yes" });
    const done = await admin.get(last.location ?? "");
    expect(done.text).toContain("The permissions go on.");
    expect(done.html).not.toContain('class="badge bad count"');
    expect(await pausedAt(patientId)).toBeNull();
  });

  it("tells of what has come since, once, and has nothing to tell otherwise", async () => {
    const phone = nextPhone();
    await enrol(phone, "Elif");
    await writeIn(running, phone, "Hello", "reply");
    const page = await desk.get(desk.at("inbox"));
    const [, since = ""] = /name="since" value="(\d+)"/.exec(page.html) ?? [];
    const news = (shown: string[]) => desk.post(desk.at("inbox/news"), { since, shown });
    expect(await news(idsOn(page))).toMatchObject({ status: 204, html: "" });
    await writeIn(running, phone, "I feel faint", "alarm");
    await writeIn(running, phone, "Are you there?", "reply");
    const told = await news(idsOn(page));
    expect(told.status).toBe(200);
    expect(told.html).toMatch(/^<div role="alert"/);
    expect(told.text).toContain("1 new alarm and 1 new message.");
    expect(saidOn(told)).toEqual(["I feel faint", "Are you there?"]);
    expect(told.html).toContain('hx-swap-oob="afterbegin:#inbox-alarms"');
    expect(await news([...idsOn(page), ...idsOn(told)])).toMatchObject({ status: 204 });
    expect(await desk.post(desk.at("inbox/news"), { since, shown: "x" })).toMatchObject({
      status: 422,
    });
  });

  it("shows a long inbox a page at a time, and each text once", async () => {
    const phone = nextPhone();
    await enrol(phone, "Fay");
    for (let index = 0; index < 55; index++) {
      await writeIn(running, phone, `text ${index}`, index % 5 === 0 ? "alarm" : "reply");
      running.clock.moveBy(1_000);
    }
    const first = await desk.get(desk.at("inbox"));
    const [, more = ""] = /href="([^"]*before=[^"]*)"/.exec(first.html) ?? [];
    const second = await desk.get(more.replaceAll("&amp;", "&"));
    const all = [...saidOn(first), ...saidOn(second)];
    expect(saidOn(first)).toHaveLength(50);
    expect(new Set(all).size).toBe(55);
    expect(all.slice(0, 11)).toEqual(Array.from({ length: 11 }, (_, at) => `text ${50 - at * 5}`));
    expect(second.html).not.toContain("inbox-news");
    expect(await desk.get(desk.at("inbox?before=nonsense"))).toMatchObject({ status: 200 });
  });

  it("is closed to strangers and to another clinic's people", async () => {
    const phone = nextPhone();
    await enrol(phone, "Gwen");
    await writeIn(running, phone, "Fever", "alarm");
    const [id = ""] = idsOn(await desk.get(desk.at("inbox")));
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    for (const path of [desk.at("inbox"), desk.at("inbox?show=handled")]) {
      const answer = await stranger.get(path);
      expect(answer.status).toBe(404);
      expect(answer.html).not.toContain(id);
    }
    expect(await stranger.post(desk.at(`inbox/${id}/handled`))).toMatchObject({ status: 404 });
    const across = await stranger.post(stranger.at(`inbox/${id}/handled`), { resume: "yes" });
    expect(across.status).toBe(404);
    const news = await stranger.post(stranger.at("inbox/news"), { since: "0" });
    expect(news).toMatchObject({ status: 204 });
    expect(await visitorAt(running.address).get(desk.at("inbox"))).toMatchObject({ status: 303 });
    expect(saidOn(await desk.get(desk.at("inbox")))).toEqual(["Fever"]);
  });

  it("finds what is open by an index, without sorting", async () => {
    const { rows } = await running.app.ledger.db.transaction().execute(async (db) => {
      await sql`set local enable_seqscan = off`.execute(db);
      await sql`set local enable_bitmapscan = off`.execute(db);
      return sql<{ "QUERY PLAN": string }>`explain select i.id from aftercare.inbound_messages i
        where i.clinic_id = ${clinic.id} and i.handled_at is null
          and ((i.alarmed <> '{}'), i.received_at, i.id) < (true, now(), ${clinic.id}::uuid)
        order by (i.alarmed <> '{}') desc, i.received_at desc, i.id desc limit 51`.execute(db);
    });
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("inbound_open");
    expect(plan).not.toContain("Sort");
  });
});
