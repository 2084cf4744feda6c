import { beforeAll, describe, expect, it } from "vitest";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, type PageAnswer, textOf } from "../../support/staff.ts";

describe("the protocols for staff", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { name: "Lumi & <b>Skin</b>", phone: "+1 212 555 0100" });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  const page = (query = "") => desk.get(desk.at(`protocols/microneedling${query}`));

  /** What the phone of a step shows. */
  function phoneOf({ html }: PageAnswer, step: string): string {
    const [, card = ""] = new RegExp(`id="step-${step}">(.*?)</article>`, "s").exec(html) ?? [];
    return textOf(/<p class="phone"[^>]*>(.*?)<\/p>/s.exec(card)?.[1] ?? "");
  }

  it("lists what the clinic can enrol with", async () => {
    const { status, text, html } = await desk.get(desk.at("protocols"));
    expect(status).toBe(200);
    expect(html).toContain(`href="/admin/${clinic.id}/protocols/microneedling"`);
    expect(text).toContain("Micro needling");
    expect(text).toContain("English, Spanish");
    expect(text).toContain("2 months after");
  });

  it("shows when each step is sent, and what takes one back apart from them", async () => {
    const { html, text } = await page();
    const [, planned = "", retractions = ""] = html.split('<ol class="course">');
    expect(textOf(planned)).toContain(
      "48 hours after may again Your wait is over: retinol and vitamin C retinol-ok",
    );
    expect(textOf(planned)).toContain("not sent any more after 5 days");
    expect(textOf(planned)).toContain("any hour");
    expect(planned).toContain('<code class="muted">two-months</code>');
    expect(planned).not.toContain('<code class="muted">gym-wait</code>');
    expect(retractions).toContain('<code class="muted">gym-wait</code>');
    // What a message is about is no claim of its own: sunscreen is not "normal".
    expect(text).toContain(
      "good to know 2 weeks have passed: keep up the sunscreen two-weeks Sunscreen",
    );
    expect(text).not.toContain("is normal:");
    expect(text).toContain("text and email");
    expect(html).not.toMatch(/ style=/);
  });

  it("shows each message as the clinic's patients get it, in its language and tier", async () => {
    const shown = await page();
    expect(phoneOf(shown, "essentials")).toContain("Hi Alexandra. After your treatment");
    expect(phoneOf(shown, "essentials")).toContain("Lumi & <b>Skin</b>");
    expect(shown.html).not.toContain("<b>Skin</b>");
    const explicit = phoneOf(await page("?privacy=explicit"), "essentials");
    expect(explicit).toContain("After your micro needling");
    const spanish = await page("?locale=es");
    expect(spanish.text).toContain("The messages: Spanish, standard");
    expect(phoneOf(spanish, "essentials")).toContain("maquillaje 24 h");
    const neutral = phoneOf(await page("?locale=es&privacy=neutral"), "essentials");
    expect(neutral).not.toContain("maquillaje");
    expect(neutral).toContain("https://care.example.test/t/");
    const unknown = await page("?locale=fr&privacy=secret");
    expect(unknown.text).toContain("The messages: English, standard");
  });

  it("marks the clinic's own tier, and begins with it and with the clinic's language", async () => {
    const { db } = running.app.ledger;
    await updateClinic(db, clinic.id, { privacy: "neutral", locale: "es-MX" });
    const { text } = await page();
    await updateClinic(db, clinic.id, { privacy: "standard", locale: "en" });
    expect(text).toContain("The messages: Spanish, neutral");
    expect(text).toContain("English, neutral this clinic's");
    expect(text).not.toContain("English, standard this clinic's");
  });

  it("reckons what texts cost from a price that somebody types, and has none of its own", async () => {
    const without = await page();
    expect(without.text).toMatch(/\d text segments?, \d+ characters GSM-7/);
    expect(without.text).not.toMatch(/costs|Cost/);
    const [, segments = ""] =
      /English, standard <\/a>.*?<td class="number"[^>]*>\d+<\/td><td class="number"[^>]*>(\d+)</s.exec(
        without.html.replaceAll("</a>", " </a>"),
      ) ?? [];
    expect(Number(segments)).toBeGreaterThan(12);
    const priced = await page("?price=0,25");
    expect(priced.text).toContain((Number(segments) * 0.25).toFixed(2));
    expect(priced.text).toMatch(/costs 0\.(25|50|75)/);
    const typed = await page(`?price=${encodeURIComponent("<script>1</script>")}`);
    expect(typed.status).toBe(422);
    expect(typed.text).toContain("must be a number such as 0.01");
    expect(typed.html).not.toContain("<script>1");
  });

  it("shows an email in a frame that runs nothing, and lets only that page frame it", async () => {
    const framing = await page();
    expect(framing.headers.get("content-security-policy")).toContain("frame-src 'self'");
    const [, src = ""] = /<iframe[^>]* src="([^"]*)"/.exec(framing.html) ?? [];
    expect(framing.html).toMatch(/<iframe[^>]* sandbox/);
    const email = await desk.get(src.replaceAll("&amp;", "&"));
    expect(email.status).toBe(200);
    expect(email.html).toContain("<!doctype html>");
    expect(email.html).not.toContain("<b>Skin</b>");
    const policy = email.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).toMatch(/; sandbox$/);
    expect(policy).not.toContain("script-src");
    const elsewhere = await desk.get(desk.at("protocols"));
    expect(elsewhere.headers.get("content-security-policy")).not.toContain("frame-src");
    expect(elsewhere.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });

  it("has no page for what is not there, and none for others", async () => {
    expect(await desk.get(desk.at("protocols/laser"))).toMatchObject({ status: 404 });
    const email = "protocols/microneedling/email";
    expect(await desk.get(desk.at(`${email}/nothing`))).toMatchObject({ status: 404 });
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    for (const path of ["protocols", "protocols/microneedling", `${email}/gym-ok`]) {
      const answer = await stranger.get(desk.at(path));
      expect(answer.status).toBe(404);
      expect(answer.html).not.toContain("Lumi");
    }
  });
});
