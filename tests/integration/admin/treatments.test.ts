import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";

describe("a treatment's page", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let admin: Member;
  let patients = 0;

  beforeAll(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk");
    admin = await joinClinic(running, clinic.id, "admin", { name: "Dana Cole" });
  });

  async function enrolled() {
    // Somebody new each time: treatments of one patient change each other's plans.
    const phone = `+1212555${3000 + ++patients}`;
    const { treatment, reminders } = await clinic.enrol({
      externalId: phone,
      phone,
      email: `p${patients}@patients.example.test`,
    });
    const now = async () =>
      (await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`)).body;
    const dueOf = async (step: string) => {
      return (await now()).reminders.find((each) => each.step === step)?.dueAt;
    };
    return { id: treatment.id, page: `treatments/${treatment.id}`, reminders, now, dueOf };
  }

  /** As if a step's message had gone out, and arrived. */
  async function sent(id: string, step: string): Promise<void> {
    const { db } = running.app.ledger;
    const at = running.clock.now();
    const of = sql`treatment_id = ${id} and step = ${step}`;
    for (const status of ["queued", "sending", "delivered"]) {
      await sql`update aftercare.reminders set status = ${status}, claimed_at = ${at}
        where ${of}`.execute(db);
    }
    await sql`
      insert into aftercare.attempts
        (clinic_id, reminder_id, dispatch_no, channel, provider, status, started_at)
      select clinic_id, id, 1, channel, 'outbox', 'delivered', ${at}
      from aftercare.reminders where ${of}`.execute(db);
  }

  it("has its messages in order of time, with their status", async () => {
    const { page } = await enrolled();
    const { text, html } = await desk.get(desk.at(page));
    expect(text).toContain("Micro needling");
    expect(text).toContain("microneedling, version");
    const times = [...html.matchAll(/<td class="tight"[^>]*><time dateTime="([^"]+)"/gi)];
    const due = times.map(([, at = ""]) => at);
    expect(due.length).toBeGreaterThan(10);
    expect(due).toEqual(due.toSorted());
    expect(html).not.toContain("/cancel");
    expect((await admin.get(admin.at(page))).html).toContain("/cancel");
  });

  it("is cancelled with a reason, after saying what will happen, and not twice as news", async () => {
    const { page, now } = await enrolled();
    const path = admin.at(`${page}/cancel`);
    const asked = await admin.get(path);
    expect(asked.text).toMatch(/\d+ messages that wait will not be sent/);
    expect(asked.text).toContain("A cancel cannot be undone");
    // Only asked: nothing has happened.
    expect((await now()).treatment.status).toBe("active");
    const wrong = await admin.post(path, { retract: "no" });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain("is needed");
    expect((await now()).treatment.status).toBe("active");

    const answer = await admin.post(path, { reason: "wrong patient", retract: "no" });
    expect(answer.status).toBe(303);
    const { text } = await admin.get(answer.location ?? "");
    expect(text).toMatch(/Cancelled\. \d+ messages will not be sent\./);
    expect(text).toContain("Dana Cole: Treatment cancelled: wrong patient");
    const { treatment, reminders } = await now();
    expect(treatment.status).toBe("cancelled");
    expect(reminders.every(({ status }) => status === "cancelled")).toBe(true);
    expect((await admin.get(admin.at(`${page}/time`))).status).toBe(409);
    // Asked for once more, it says that it is done, when and by whom, and offers nothing.
    const again = await admin.get(path);
    expect(again.status).toBe(200);
    expect(again.text).toMatch(
      /was cancelled on Mon 23 Nov 2026, 15:\d\d \(New York\) by Dana Cole/,
    );
    expect(again.html.split("<main")[1]).not.toContain("<button");
    expect((await admin.get(admin.at(page))).html).not.toContain(`${page}/cancel`);
  });

  it("is cancelled with messages that take back what was permitted", async () => {
    const { id, page, now } = await enrolled();
    running.clock.moveBy(1_000);
    await sent(id, "makeup-ok");
    const asked = await admin.get(admin.at(`${page}/cancel`));
    expect(asked.text).toContain("The patient was told already: “Your wait is over: make-up”.");
    expect(asked.text).toMatch(/Take it back: 1 message will ask the patient to hold off/);
    const fields = { reason: "another product was used", retract: "yes" };
    const answer = await admin.post(admin.at(`${page}/cancel`), fields);
    const { text } = await admin.get(answer.location ?? "");
    expect(text).toContain("1 message will tell the patient to hold off again");
    const retractions = (await now()).reminders.filter(({ kind }) => kind === "retraction");
    // The dispatcher may have it already.
    expect(retractions.map(({ status }) => status).join()).toMatch(/^(scheduled|queued)$/);
  });

  it("names what no message takes back, to be told by somebody", async () => {
    const { page } = await enrolled();
    const told = await admin.get(admin.at(`${page}?did=cancelled&n=2&untold=gym-ok,nonsense`));
    expect(told.text).toContain(
      "Tell the patient yourself that “Your wait is over: gym, pool and sauna” does not hold:",
    );
    expect(told.text).not.toContain("nonsense");
  });

  it("shows what another time would change, changes it when that is confirmed, and back", async () => {
    const { page, dueOf, now } = await enrolled();
    const before = await dueOf("retinol-ok");
    const { performedAt } = (await now()).treatment;
    const fields = { at: "2026-11-23T13:05", reason: "it was at lunch" };
    const preview = await admin.post(admin.at(`${page}/time`), fields);
    expect(preview.status).toBe(200);
    expect(preview.text).toContain("Nothing is changed yet.");
    expect(preview.text).toMatch(
      /Your wait is over: retinol and vitamin C Wed 25 Nov 2026, 15:\d\d planned Wed 25 Nov 2026, 13:05 planned/,
    );
    expect(await dueOf("retinol-ok")).toBe(before);
    expect((await now()).treatment.performedAt).toBe(performedAt);

    const answer = await admin.post(admin.at(`${page}/time`), { ...fields, confirmed: "yes" });
    expect(answer.status).toBe(303);
    expect(await dueOf("retinol-ok")).toBe("2026-11-25T18:05:00.000Z");
    const after = await admin.get(answer.location ?? "");
    expect(after.text).toMatch(/Corrected\. \d+ messages were planned anew/);
    expect(after.html).toContain("/undo");

    const undo = admin.at(`${page}/undo`);
    const puts = await admin.get(undo);
    expect(puts.text).toContain("Puts back: done Mon 23 Nov 2026, 15:");
    const [, of = ""] = /name="of" value="([^"]+)"/.exec(puts.html) ?? [];
    const back = { reason: "it was not", confirmed: "yes", of };
    expect((await admin.post(undo, back)).status).toBe(303);
    expect(await dueOf("retinol-ok")).toBe(before);
    expect((await now()).treatment.performedAt).toBe(performedAt);
    // Sent once more, it does not undo the undoing.
    const again = await admin.post(undo, back);
    expect(again.status).toBe(422);
    expect(again.text).toContain("Something was corrected since.");
    expect((await now()).treatment.performedAt).toBe(performedAt);
  });

  it.each([
    ["not a time", "must be a day and a time"],
    ["2026-08-01T10:00", "is more than 90 days ago"],
    ["2026-11-30T10:00", "is more than 15 minutes in the future"],
  ])("refuses the time %s", async (at, words) => {
    const { page } = await enrolled();
    const answer = await admin.post(admin.at(`${page}/time`), { at, reason: "x" });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
    expect(answer.html).toContain(`value="x"`);
  });

  it("lets a front desk lengthen a permission, and nothing else", async () => {
    const { page, dueOf } = await enrolled();
    const path = desk.at(`${page}/wait`);
    const before = await dueOf("gym-ok");
    const longer = { step: "gym-ok", amount: "6", unit: "d", reason: "sensitive skin" };
    const preview = await desk.post(path, longer);
    expect(preview.text).toContain("To be set: “Your wait is over: gym, pool and sauna”: 6 days");
    expect(await dueOf("gym-ok")).toBe(before);
    const answer = await desk.post(path, { ...longer, confirmed: "yes" });
    expect(answer.status).toBe(303);
    expect((await dueOf("gym-ok")) ?? "").not.toBe(before);
    expect((await desk.get(desk.at(page))).text).toMatch(
      /Your wait is over: gym, pool and sauna 6 days 72 hours/,
    );

    const sooner = { step: "gym-ok", amount: "1", unit: "h", reason: "x", confirmed: "yes" };
    const refused = await desk.post(path, sooner);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(
      "Only an admin may make these steps true sooner than their floor",
    );
    const other = { step: "first-hours", amount: "9", unit: "h", reason: "x", confirmed: "yes" };
    expect((await desk.post(path, other)).status).toBe(403);
    expect((await desk.post(path, { ...longer, step: "nothing" })).status).toBe(422);
    expect((await desk.post(path, { ...longer, step: "essentials" })).status).toBe(422);
    expect((await desk.post(path, { ...longer, amount: "" })).status).toBe(422);
    expect((await admin.post(admin.at(`${page}/wait`), sooner)).status).toBe(303);

    const own = { step: "gym-ok", own: "yes", reason: "as usual", confirmed: "yes" };
    expect((await desk.post(path, own)).status).toBe(303);
    expect(await dueOf("gym-ok")).toBe(before);
  });

  it.each(["cancel", "time", "undo"])("lets no front desk %s it", async (act) => {
    const { page, now } = await enrolled();
    const path = desk.at(`${page}/${act}`);
    expect((await desk.get(path)).status).toBe(403);
    const fields = { reason: "x", retract: "no", at: "2026-11-23T10:00", confirmed: "yes" };
    expect((await desk.post(path, fields)).status).toBe(403);
    expect((await now()).treatment.status).toBe("active");
  });

  it("shows a reason as text", async () => {
    const { page } = await enrolled();
    const reason = "<script>alert(1)</script>";
    const answer = await admin.post(admin.at(`${page}/cancel`), { reason, retract: "no" });
    const { html, text } = await admin.get(answer.location ?? "");
    expect(html).not.toContain("<script>alert");
    expect(text).toContain(reason);
    expect(answer.location).not.toContain("script");
  });
});
