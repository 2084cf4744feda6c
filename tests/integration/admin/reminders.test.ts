import { beforeAll, describe, expect, it } from "vitest";
import { joinClinic, type Member } from "../../support/staff.ts";
import { type Texted, useTexting } from "../http/texting.ts";

const REASON = { reason: "the patient says that nothing came" };

describe("a reminder's page", () => {
  const texting = useTexting("postgres");
  let desk: Member;
  let admin: Member;

  beforeAll(async () => {
    desk = await joinClinic(texting.running, texting.clinic.id, "front_desk");
    admin = await joinClinic(texting.running, texting.clinic.id, "admin", { name: "Dana Cole" });
  });

  const pageOf = ({ id }: Texted, act = "") => admin.at(`reminders/${id}${act}`);

  it("shows the words that went out, the tries, and why it came then", async () => {
    const of = await texting.enrol();
    const { attempts } = await texting.ends(of, "sent");
    await texting.fake.callback(attempts[0]?.providerId ?? "", "delivered");
    await texting.ends(of, "delivered");
    const { status, text } = await desk.get(pageOf(of));
    expect(status).toBe(200);
    expect(text).toContain("The message");
    expect(text).toContain("exfoliants");
    expect(text).toContain("text message by twilio");
    expect(text).toContain("the provider said delivered");
    expect(text).toContain(
      "The treatment was done at 15:30 on Monday 23 November 2026, New York time",
    );
    expect(text).toMatch(
      /Kind avoid: Exfoliants, Alpha hydroxy acids|Kind avoid: Make-up, Retinol/,
    );
    expect(text).toContain("This step is true as soon as the treatment is done.");
    expect(text).toContain("It was sent at 15:30 on Monday 23 November 2026, and arrived.");
  });

  it("shows the words to come of what waits, as the patient would get them now", async () => {
    const { text } = await desk.get(pageOf(await texting.enrol({ step: "retinol-ok" })));
    expect(text).toContain("The message to come");
    expect(text).toMatch(/Willow Skin Clinic: .*retinol/i);
    expect(text).toContain("48 hours after that is 15:30 on Wednesday 25 November 2026.");
    expect(text).toContain("inside the send window of that day, 09:00–20:00");
    expect(text).not.toContain("Cancel the message");
  });

  it("of a failed one lets an admin replay it, with a reason, and says what came of it", async () => {
    const of = await texting.refused(30007);
    const shown = await admin.get(pageOf(of));
    expect(shown.text).toContain("a carrier filtered it");
    expect(shown.html).toContain("/replay");
    const asked = await admin.get(pageOf(of, "/replay"));
    expect(asked.text).toContain("It goes out once more");
    expect((await admin.post(pageOf(of, "/replay"), {})).status).toBe(422);
    expect((await texting.detailOf(of)).status).toBe("failed");

    const answer = await admin.post(pageOf(of, "/replay"), REASON);
    expect(answer).toMatchObject({ status: 303, location: `${pageOf(of)}?did=replay` });
    const { events } = await texting.ends(of, "sent");
    const replayed = events.find(({ type }) => type === "replayed");
    expect(replayed?.actor).toMatch(/^staff:/);
    expect(texting.textsTo(of)).toHaveLength(1);
    const { text } = await admin.get(answer.location ?? "");
    expect(text).toContain("It is to be sent again.");
    expect(text).toContain(
      `Dana Cole: Reminder replayed, due Mon 23 Nov 2026, 15:30: ${REASON.reason}`,
    );

    const again = await admin.post(pageOf(of, "/replay"), REASON);
    expect(again.status).toBe(409);
    expect(again.text).toMatch(
      /Nothing was done\. The message has just been sent; if nothing comes, replay it from Mon 23 Nov 2026, 15:32 \(New York\) on/,
    );
  });

  it("sends nothing early, and says from when on", async () => {
    const of = await texting.enrol({ step: "gym-ok" });
    const asked = await admin.get(pageOf(of, "/send-now"));
    expect(asked.status).toBe(409);
    const answer = await admin.post(pageOf(of, "/send-now"), REASON);
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("Its step becomes true at Thu 26 Nov 2026, 15:30 (New York)");
    expect((await texting.detailOf(of)).status).toBe("scheduled");
    expect((await admin.get(pageOf(of))).text).toContain("Send now: not now.");
  });

  it("cancels what waits, and cancelling again is no news", async () => {
    const of = await texting.enrol({ step: "gym-ok" });
    expect((await admin.get(pageOf(of, "/cancel"))).text).toContain("that cannot be undone");
    const answer = await admin.post(pageOf(of, "/cancel"), REASON);
    expect((await admin.get(answer.location ?? "")).text).toContain("It will not be sent.");
    expect((await texting.detailOf(of)).status).toBe("cancelled");
    expect((await admin.post(pageOf(of, "/cancel"), REASON)).status).toBe(303);
    expect((await admin.post(pageOf(of, "/replay"), REASON)).status).toBe(409);
  });

  it.each(["cancel", "replay", "send-now"])("lets no front desk %s it", async (act) => {
    const of = await texting.enrol({ step: "gym-ok" });
    const path = pageOf(of, `/${act}`);
    expect((await desk.get(path)).status).toBe(403);
    expect((await desk.post(path, REASON)).status).toBe(403);
    expect((await texting.detailOf(of)).status).toBe("scheduled");
    expect((await desk.get(pageOf(of))).html).not.toContain(`/${act}"`);
  });

  it("shows a reason as text, and is nothing under another act", async () => {
    const of = await texting.enrol({ step: "gym-ok" });
    const reason = "<script>alert(1)</script>";
    await admin.post(pageOf(of, "/cancel"), { reason });
    const { html, text } = await admin.get(pageOf(of));
    expect(html).not.toContain("<script>alert");
    expect(text).toContain(reason);
    expect((await admin.get(pageOf(of, "/revive"))).status).toBe(404);
    expect((await admin.get(admin.at("reminders/no-id"))).status).toBe(404);
  });
});
