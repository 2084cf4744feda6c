import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("the outbox of a clinic", () => {
  const running = useApp("postgres", { worker: true });
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { sendWindow: "00:00-24:00" });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  const messagesOn = ({ html }: { html: string }) => html.split("<article ").slice(1);

  it("says what to do while it is empty", async () => {
    expect((await desk.get(desk.at("outbox"))).text).toContain("Nothing yet. Enrol a patient");
  });

  it("shows what would have been sent, as text, and leads to its reminder", async () => {
    const { reminders } = await clinic.enrol({ firstName: "محمد عبدالله" });
    const page = await until("a text and an email", async () => {
      const answer = await desk.get(desk.at("outbox"));
      const kinds = messagesOn(answer).map((each) => /class="kept (\w+)"/.exec(each)?.[1]);
      return kinds.includes("sms") && kinds.includes("email") && answer;
    });
    expect(page.text).toContain("Willow Skin Clinic");
    expect(page.html).toContain("<bdi>محمد عبدالله</bdi>");
    const ids = reminders.map(({ id }) => id);
    for (const message of messagesOn(page)) {
      expect(ids).toContain(/reminders\/([\w-]{36})/.exec(message)?.[1]);
    }
  });

  it("shows as text what would be markup", async () => {
    const { db } = running.app.ledger;
    await db
      .updateTable("attempts")
      .set({ body: SCRIPT, subject: SCRIPT })
      .where("clinic_id", "=", clinic.id)
      .execute();
    const { html, text } = await desk.get(desk.at("outbox"));
    expect(html).not.toContain(SCRIPT);
    expect(text).toContain(SCRIPT);
  });

  it("goes on page by page, the newest first", async () => {
    for (let index = 0; index < 20; index++) {
      await clinic.enrol({ externalId: `p-${index}`, phone: `+121255502${10 + index}` });
    }
    const first = await until("two pages", async () => {
      const answer = await desk.get(desk.at("outbox"));
      return answer.text.endsWith("Older") && running.outbox.length >= 40 && answer;
    });
    expect(messagesOn(first)).toHaveLength(30);
    const older = /href="([^"]*before=[^"]*)"/.exec(first.html)?.[1] ?? "";
    const second = await desk.get(older);
    const idsOn = (page: { html: string }) =>
      messagesOn(page).map((each) => /reminders\/([\w-]{36})/.exec(each)?.[1] ?? "");
    const all = [...idsOn(first), ...idsOn(second)];
    expect(new Set(all).size).toBe(all.length);
    expect(second.text).toContain("Newest");
  });

  it("is the clinic's alone", async () => {
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const other = await joinClinic(running, elsewhere.id, "admin");
    expect((await other.get(desk.at("outbox"))).status).toBe(404);
    expect(messagesOn(await other.get(other.at("outbox")))).toEqual([]);
  });

  it("stands in the menu, because nothing is sent here", async () => {
    expect((await desk.get(desk.at("outbox"))).html).toContain(`href="${desk.at("outbox")}"`);
  });
});

describe("where every channel has a provider", () => {
  const running = useApp("postgres", {
    env: {
      TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "a-token-for-this-test",
      TWILIO_FROM: "+12125550100",
      SMTP_URL: "smtp://127.0.0.1:9",
      MAIL_FROM: "care@example.test",
    },
  });

  it("the menu has no outbox", async () => {
    const clinic = await openClinic(running);
    const admin = await joinClinic(running, clinic.id, "admin");
    const { html } = await admin.get(admin.at("settings"));
    expect(html).toContain(`href="${admin.at("audit")}"`);
    expect(html).not.toContain(`href="${admin.at("outbox")}"`);
  });
});
