import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { enrolWithPage, linesOf, open, SWEAT, sectionOf } from "./patientPages.ts";

describe("a patient's page", () => {
  const running = useApp("embedded");
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running, { phone: "+1 212-555-0100" });
  });

  it("names the clinic and its phone, the treatment, and what is normal, in the step's words", async () => {
    const at = new Date(running.clock.now().getTime() - 2 * 3_600_000);
    const { path } = await enrolWithPage(running, clinic, { firstName: "Ana" }, at);
    const { text } = await open(running, path);
    const lines = linesOf(text);
    for (const line of ["Willow Skin Clinic", "Call +1 212-555-0100", "Hello Ana"]) {
      expect(lines).toContain(line);
    }
    expect(lines).toContain("Micro needling, Monday, November 23, 2026 at 1:30 PM");
    expect(text).toContain('href="tel:+12125550100"');
    const normal = sectionOf(text, "normal");
    expect(normal[0]).toBe("It is normal to have a few side effects after your micro needling.");
    expect(normal.join(" ")).toContain("Being swollen is usual for up to 48 hours.");
    expect(normal.join(" ")).not.toContain("Hello");
  });

  it("says what messages are to come, when, and how", async () => {
    const { path } = await enrolWithPage(running, clinic);
    const upcoming = sectionOf((await open(running, path)).text, "upcoming");
    expect(upcoming.slice(0, 3)).toEqual([
      "Mon, Nov 23, 4:30 PM",
      "· text message",
      "About: Redness, Swelling",
    ]);
    expect(upcoming.filter((line) => line.startsWith("About: "))).toHaveLength(12);
  });

  it("is for the one who opens it alone: not kept, not listed, not framed, no script", async () => {
    const { path } = await enrolWithPage(running, clinic);
    const { headers, text } = await open(running, path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|https?:\/\//);
  });

  it("shows a name as text, whatever it holds", async () => {
    // An enrolment would refuse it; what is in the ledger may have come another way.
    const firstName = `<script>alert("1")</script>{{ name }}`;
    const { path, treatment } = await enrolWithPage(running, clinic);
    await sql`update aftercare.patients set first_name = ${firstName}
      where id = ${treatment.patientId}`.execute(running.app.ledger.db);
    const { text } = await open(running, path);
    expect(text).not.toContain("<script");
    expect(text).toContain("Hello &lt;script>alert(&quot;1&quot;)&lt;/script>{{ name }}");
  });

  it("speaks the patient's language, tells times as it does, and falls back as messages do", async () => {
    const es = await enrolWithPage(running, clinic, { locale: "es-MX", firstName: "Ana" });
    const { text } = await open(running, es.path);
    expect(text).toContain('<html lang="es">');
    const lines = linesOf(text);
    expect(lines).toContain("Hola, Ana");
    expect(sectionOf(text, "wait").slice(0, 2)).toEqual([
      "Maquillaje",
      "hasta el mar 24 de nov, 3:30 p.m.",
    ]);
    expect(sectionOf(text, "ask")).toContain("Alfahidroxiácidos (AHA)");
    expect(text).not.toMatch(/practitioner|Waiting|undefined/);

    const fr = await enrolWithPage(running, clinic, { locale: "fr" });
    expect((await open(running, fr.path)).text).toContain('<html lang="en">');
    const madrid = await openClinic(running, { locale: "es", name: "Clínica Sauce" });
    const clinics = await enrolWithPage(running, madrid, { locale: "fr" });
    expect((await open(running, clinics.path)).text).toContain('<html lang="es">');
  });

  it("tells times where the patient lives, whatever the clinic's clocks show", async () => {
    const { path } = await enrolWithPage(running, clinic, { timeZone: "America/Los_Angeles" });
    const { text } = await open(running, path);
    expect(sectionOf(text, "wait")).toContain("until Tue, Nov 24, 12:30 PM");
    expect(linesOf(text)).toContain("Times shown: Pacific Time");
  });

  it("counts hours as they elapse and days by the calendar where the clocks change", async () => {
    // New York puts its clocks back on 1 November 2026 at 2:00.
    const at = new Date("2026-10-31T15:30:00-04:00");
    const { path } = await enrolWithPage(running, clinic, {}, at);
    const { text } = await open(running, path);
    expect(sectionOf(text, "over").filter((line) => line.startsWith("since"))).toEqual([
      "since Sun, Nov 1, 2:30 PM",
      "since Mon, Nov 2, 2:30 PM",
      "since Tue, Nov 3, 2:30 PM",
      "since Sat, Nov 7, 3:30 PM",
    ]);
  });

  it("shows every active treatment of the patient, waits for the longest, and leaves out the cancelled", async () => {
    const facts = { externalId: "p-twice" };
    const week = new Date(running.clock.now().getTime() - 7 * 86_400_000);
    const earlier = await enrolWithPage(running, clinic, facts, week);
    const later = await enrolWithPage(running, clinic, facts);
    for (const { path } of [earlier, later]) {
      const { text } = await open(running, path);
      expect(text.match(/class="treated"/g)).toHaveLength(2);
      expect(sectionOf(text, "wait").slice(0, 2)).toEqual([
        "Make-up",
        "until Tue, Nov 24, 3:30 PM",
      ]);
    }
    const cancel = (id: string) =>
      clinic.admin.post(`/v1/treatments/${id}/cancel`, { reason: "not done" });
    await cancel(later.treatment.id);
    const one = await open(running, later.path);
    expect(one.text.match(/class="treated"/g)).toHaveLength(1);
    expect(sectionOf(one.text, "wait")).toEqual(["There is no waiting time left."]);
    await cancel(earlier.treatment.id);
    const none = await open(running, later.path);
    expect(none.status).toBe(200);
    expect(none.text).toContain("There is no aftercare to show at present");
    expect(none.text).toContain('href="tel:+12125550100"');
    expect(none.text).not.toContain("Make-up");
    expect((await open(running, `${later.path}.ics`)).status).toBe(404);
  });

  it("permits nothing while an alarming sign is not settled, nor what was skipped for it", async () => {
    const at = new Date(running.clock.now().getTime() - 4 * 86_400_000);
    const { path, treatment } = await enrolWithPage(running, clinic, {}, at);
    const { db } = running.app.ledger;
    await sql`update aftercare.patients set permissions_paused_at = ${at}
      where id = ${treatment.patientId}`.execute(db);
    const paused = await open(running, path);
    expect(linesOf(paused.text)).toContain("Please wait until your clinic has spoken to you");
    expect(sectionOf(paused.text, "over")).toEqual(["No waiting time is over yet."]);
    const held = sectionOf(paused.text, "wait");
    expect(
      held.filter((line) => line === "Wait until your clinic has spoken to you."),
    ).toHaveLength(4);
    expect(held.filter((line) => line.startsWith("until"))).toHaveLength(1);
    expect(sectionOf(paused.text, "upcoming").join(" ")).not.toContain("Long spells in the sun");
    const { text } = await open(running, `${path}.ics`);
    expect(text).not.toMatch(/You can wear|BEGIN:VALARM/);

    await sql`update aftercare.patients set permissions_paused_at = null
      where id = ${treatment.patientId}`.execute(db);
    await sql`update aftercare.reminders set status = 'skipped', status_reason = 'paused'
      where treatment_id = ${treatment.id} and step = 'gym-ok'`.execute(db);
    const after = (await open(running, path)).text;
    expect(sectionOf(after, "over").join(" ")).not.toContain("gym");
    expect(sectionOf(after, "over").join(" ")).toContain("Make-up");
    expect(sectionOf(after, "wait").slice(0, 5)).toEqual([
      ...SWEAT,
      "Wait until your clinic has spoken to you.",
    ]);
  });

  it("shows nothing of another clinic, though the person is the same", async () => {
    const other = await openClinic(running, { name: "Hillside Clinic", phone: "+1 212-555-0199" });
    const facts = { externalId: "p-both", phone: "+12125550177", email: "both@example.test" };
    const here = await enrolWithPage(running, clinic, facts);
    const ago = new Date(running.clock.now().getTime() - 30 * 3_600_000);
    const there = await enrolWithPage(running, other, facts, ago);
    for (const [{ path }, mine, theirs] of [
      [here, "Willow Skin Clinic", "Hillside Clinic"],
      [there, "Hillside Clinic", "Willow Skin Clinic"],
    ] as const) {
      const { text } = await open(running, path);
      expect(text).toContain(mine);
      expect(text).not.toContain(theirs);
      expect(text.match(/class="treated"/g)).toHaveLength(1);
    }
  });

  it.each([
    ["a token too long for any", `/t/${"a".repeat(300)}`],
    ["a token with something behind it", "/t/abc/def"],
    ["no token", "/t/"],
    ["a cut unsubscribe link", "/u/abc"],
    ["an address that is not encoded as it must be", "/t/%E0%A4%A"],
    ["the calendar of no token", "/t/abc.ics"],
  ])("answers %s with a page for people, in a language they accept", async (_, path) => {
    const answer = await open(running, path, { "accept-language": "fr;q=0.9, es-MX" });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(answer.text).toContain("<h1>Este enlace no funciona</h1>");
  });

  it("is answered no more than 60 times a minute, whatever is asked of it", async () => {
    const { path } = await enrolWithPage(running, clinic);
    const other = await enrolWithPage(running, clinic);
    for (let count = 0; count < 30; count++) {
      expect((await open(running, path)).status).toBe(200);
      expect((await open(running, `${path}.ics?${count}`)).status).toBe(200);
    }
    const answer = await open(running, path);
    expect(answer.status).toBe(429);
    expect(answer.text).toContain("<h1>Please try again in a minute</h1>");
    expect((await open(running, other.path)).status).toBe(200);
  });
});
