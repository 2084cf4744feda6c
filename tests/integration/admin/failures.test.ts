import { beforeEach, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { endAs, fieldsOf } from "./failing.ts";

const BAD = "<script>alert(1)</script>";

// Without a worker, so that each reminder stays where a test brings it.
describe("failures", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;
  let desk: Member;
  let people = 0;

  beforeEach(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  /** The ids of a new patient's reminders that wait. */
  async function enrol(): Promise<string[]> {
    const n = ++people;
    const phone = `+1212555${1000 + n}`;
    const facts = { externalId: `p-${n}`, phone, email: `p${n}@p.test` };
    const { reminders } = await clinic.enrol(facts);
    running.clock.moveBy(1_000);
    return reminders.filter(({ status }) => status === "scheduled").map(({ id }) => id);
  }

  const statuses = async (ids: readonly string[]) => {
    const rows = await running.app.ledger.db
      .selectFrom("reminders")
      .select(["id", "status"])
      .where("id", "in", ids)
      .execute();
    return rows.map(({ status }) => status);
  };

  const replayed = async () => {
    const rows = await running.app.ledger.db
      .selectFrom("events")
      .selectAll()
      .where("clinic_id", "=", clinic.id)
      .where("type", "=", "replayed")
      .execute();
    return rows;
  };

  const look = (fields: Record<string, string>, who = admin) =>
    who.post(who.at("failures/bulk"), { action: "replay", reason: "it works again", ...fields });

  it("calls a message what its patient reads, not by its key", async () => {
    const { reminders } = await clinic.enrol({ externalId: "named", phone: "+12125559999" });
    running.clock.moveBy(1_000);
    await endAs(
      running,
      reminders.filter(({ step }) => step === "first-hours").map(({ id }) => id),
      "failed",
      "30003",
    );
    const { text } = await admin.get(admin.at("failures"));
    expect(text).toContain(": What your skin may look like now");
    expect(text).not.toContain("first-hours");
    const form = await admin.get(admin.at("failures/bulk"));
    expect(form.html).toMatch(/<option value="first-hours"[^>]*>What your skin may look like now</);
    expect((await look({ step: "first-hours" })).text).toContain(
      "Message What your skin may look like now",
    );
  });

  it("says that nothing failed", async () => {
    await enrol();
    const { text, html } = await desk.get(desk.at("failures"));
    expect(text).toContain("Nothing failed in the last 30 days");
    expect(html).not.toContain("failures/bulk");
  });

  it("groups what failed by cause, with what to do, and leads to each", async () => {
    const [one = "", two = "", three = "", four = "", five = ""] = await enrol();
    // Not a name that an enrolment takes today; an older program may have.
    await running.app.ledger.db
      .updateTable("patients")
      .set({ first_name: BAD })
      .where("clinic_id", "=", clinic.id)
      .execute();
    await endAs(running, [one, two], "failed", "30003");
    await endAs(running, [three], "undelivered", "filtered");
    await endAs(running, [four], "skipped", "expired");
    await endAs(running, [five], "skipped", "superseded");
    const { text, html } = await admin.get(admin.at("failures"));
    expect(text).toContain("4 messages, 3 causes.");
    expect(text).toContain("2 The phone could not be reached");
    expect(text).toContain("1 Taken for spam on the way");
    expect(text).toContain("1 Out of date before it could go");
    expect(text).toContain("What to do: Call the patient where it matters.");
    expect(html).toContain(`href="${admin.at(`reminders/${one}`)}"`);
    expect(html).not.toContain(five);
    expect(html).not.toContain("<script>alert");
    expect(text).toContain(BAD);
    expect(html).not.toMatch(/href="[^"]*(script|alert)/);
    // What would be refused anyway is not offered.
    expect(html).toContain("cause=failed.30003");
    expect(html).not.toContain("cause=skipped.expired");
    expect(html).not.toContain("cause=undelivered.filtered");
  });

  it("shows what a replay would do, does it, and says what it did", async () => {
    const failed = await enrol();
    await endAs(running, failed, "failed", "30003");
    const other = await enrol();
    await endAs(running, other.slice(0, 1), "failed", "refused");
    await running.app.ledger.db
      .updateTable("reminders")
      .set({ expires_at: running.clock.now() })
      .where("id", "in", failed.slice(0, 2))
      .execute();
    const dry = await look({ cause: "failed.30003" });
    expect(dry.text).toContain(`${failed.length} messages match.`);
    expect(dry.text).toContain(`${failed.length - 2} would be sent again`);
    expect(dry.text).toContain("Status The phone could not be reached (30003)");
    expect(dry.text).toMatch(/By kind: good to know: \d+, may again: \d+, avoid: \d+\./);
    expect(dry.text).toContain("Patient Message Due Wilhelmina ");
    expect(dry.text).not.toContain("A cancel cannot be undone");
    expect(dry.html.match(/<th scope="row"[^>]*><bdi>Wilhelmina/g)).toHaveLength(failed.length - 2);
    expect(dry.text).toContain("out of date by the next time it may be sent 2");
    expect(new Set(await statuses(failed))).toEqual(new Set(["failed"]));

    const run = fieldsOf(dry, "bulk/run");
    const answer = await admin.post(admin.at("failures/bulk/run"), run);
    expect(answer.text).toContain(`${failed.length - 2} messages are to be sent again; 2 left`);
    expect(await statuses(other.slice(0, 1))).toEqual(["failed"]);
    const events = await replayed();
    expect(events).toHaveLength(failed.length - 2);
    expect(events[0]).toMatchObject({ detail: { reason: "it works again" } });
    expect(events[0]?.actor).toMatch(/^staff:/);

    // Pressed again, by the same or another, and after all has failed once more: nothing doubles.
    const back = await running.app.ledger.db
      .selectFrom("reminders")
      .select("id")
      .where("id", "in", failed)
      .where("status", "in", ["scheduled", "queued"])
      .execute();
    expect(back).toHaveLength(failed.length - 2);
    running.clock.moveBy(1_000);
    await endAs(
      running,
      back.map(({ id }) => id),
      "failed",
      "30003",
    );
    const second = await joinClinic(running, clinic.id, "admin");
    for (const who of [admin, second]) {
      const repeated = await who.post(who.at("failures/bulk/run"), run);
      expect(repeated.text).toContain("0 messages are to be sent again");
    }
    expect(await replayed()).toHaveLength(failed.length - 2);
  });

  it("doubles nothing where two admins press at once", async () => {
    const failed = await enrol();
    await endAs(running, failed, "failed", "30003");
    const second = await joinClinic(running, clinic.id, "admin");
    const runs = await Promise.all(
      [admin, second].map(async (who) => {
        const dry = await look({ cause: "failed.30003" }, who);
        return () => who.post(who.at("failures/bulk/run"), fieldsOf(dry, "bulk/run"));
      }),
    );
    const answers = await Promise.all(runs.map((press) => press()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await replayed()).toHaveLength(failed.length);
  });

  it("goes on batch by batch, with how far it is, by its button alone", async () => {
    const all: string[] = [];
    while (all.length <= 310) all.push(...(await enrol()));
    await endAs(running, all, "failed", "30003");
    const dry = await look({ cause: "failed.30003" });
    expect(dry.text).toContain("The first 20");
    expect(dry.html.match(/<th scope="row"/g)).toHaveLength(20);
    const first = await admin.post(admin.at("failures/bulk/run"), fieldsOf(dry, "bulk/run"));
    expect(first.html).toContain("<html");
    expect(first.text).toContain(`300 of ${all.length}`);
    expect(first.html).toContain(`<progress value="300" max="${all.length}"`);
    expect(first.text).toContain("Go on");
    const last = await admin.post(admin.at("failures/bulk/run"), fieldsOf(first, "bulk/run"), {
      "hx-request": "true",
    });
    expect(last.html).not.toContain("<html");
    expect(last.text).toContain(`${all.length} messages are to be sent again; 0 left`);
    expect(await replayed()).toHaveLength(all.length);
  });

  it("cancels what waits, by the days of the clinic", async () => {
    const ids = await enrol();
    const cancel = { action: "cancel", reason: "the clinic is closed" };
    const dry = await look({ ...cancel, to: "2026-11-23" });
    const [, count = ""] = /(\d+) would be cancelled/.exec(dry.text) ?? [];
    expect(Number(count)).toBeGreaterThan(0);
    expect(Number(count)).toBeLessThan(ids.length);
    // Who comes after it was looked at was not looked at.
    running.clock.moveBy(1_000);
    const later = await enrol();
    expect(dry.text).toContain("A cancel cannot be undone");
    const answer = await admin.post(admin.at("failures/bulk/run"), fieldsOf(dry, "bulk/run"));
    expect(answer.text).toMatch(new RegExp(`${count} messages? (is|are) cancelled`));
    const cancelled = (await statuses(ids)).filter((status) => status === "cancelled");
    expect(cancelled).toHaveLength(Number(count));
    expect(await statuses(later)).not.toContain("cancelled");
  });

  it("says before that one condition at least is needed, and calls a status one", async () => {
    for (const action of ["replay", "cancel"]) {
      const { text } = await admin.get(admin.at(`failures/bulk?action=${action}`));
      expect(text).toContain("Which messages: choose at least one");
      expect(text).not.toContain("Cause");
    }
  });

  it.each([
    ["no condition", {}, "would mean every message"],
    ["no reason", { cause: "failed", reason: " " }, "must not be empty"],
    ["days the wrong way round", { from: "2026-11-24", to: "2026-11-23" }, "before the first day"],
    ["no day", { from: "yesterday" }, "must be a date"],
    ["no cause of ours", { cause: "lost.x" }, "is not a cause"],
  ])("refuses %s", async (_, fields, words) => {
    const answer = await look({ ...fields });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
  });

  it("keeps the reason that was typed, as text", async () => {
    const { status, html, text } = await look({ reason: `because ${BAD}` });
    expect(status).toBe(422);
    expect(text).toContain("would mean every message");
    expect(html).toContain('value="because &lt;script>');
  });

  it("does nothing without a look first, nor long after it", async () => {
    const failed = await enrol();
    await endAs(running, failed, "failed", "30003");
    const bare = { action: "replay", cause: "failed", reason: "x" };
    const without = await admin.post(admin.at("failures/bulk/run"), bare);
    expect(without).toMatchObject({ status: 422 });
    expect(without.text).toContain("Look first");
    const run = fieldsOf(await look({ cause: "failed" }), "bulk/run");
    const ahead = { ...run, began: "2027-01-01T00:00:00.000Z" };
    expect(await admin.post(admin.at("failures/bulk/run"), ahead)).toMatchObject({ status: 422 });
    running.clock.moveBy(61 * 60_000);
    const late = await admin.post(admin.at("failures/bulk/run"), run);
    expect(late).toMatchObject({ status: 422 });
    expect(late.text).toContain("look again");
    expect(await replayed()).toHaveLength(0);
  });

  it("leads from what it would do back to the choice as it was", async () => {
    const dry = await look({ cause: "failed.30003", from: "2026-11-20", reason: BAD });
    expect(dry.text).toContain("There is nothing to do for this choice.");
    expect(dry.html).not.toContain("<script>alert");
    const again = await admin.post(admin.at("failures/bulk"), fieldsOf(dry, "failures/bulk"));
    expect(again.html).toMatch(/<option (selected )?value="failed.30003"( selected)?/);
    expect(again.html).toContain('value="2026-11-20"');
  });

  it("lets a front desk read, and nothing more", async () => {
    const failed = await enrol();
    await endAs(running, failed, "failed", "30003");
    expect(await desk.get(desk.at("failures"))).toMatchObject({ status: 200 });
    expect(await desk.get(desk.at("failures/bulk"))).toMatchObject({ status: 403 });
    expect(await look({ cause: "failed" }, desk)).toMatchObject({ status: 403 });
    const run = fieldsOf(await look({ cause: "failed" }), "bulk/run");
    expect(await desk.post(desk.at("failures/bulk/run"), run)).toMatchObject({ status: 403 });
    expect(await replayed()).toHaveLength(0);
  });

  it("is not there for another clinic's people, who reach none of its reminders", async () => {
    const failed = await enrol();
    await endAs(running, failed, "failed", "30003");
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    const run = fieldsOf(await look({ cause: "failed" }), "bulk/run");
    expect(await stranger.get(admin.at("failures"))).toMatchObject({ status: 404 });
    expect(await stranger.get(admin.at("failures/bulk"))).toMatchObject({ status: 404 });
    expect(await stranger.post(admin.at("failures/bulk"), run)).toMatchObject({ status: 404 });
    expect(await stranger.post(admin.at("failures/bulk/run"), run)).toMatchObject({ status: 404 });
    const own = await stranger.post(stranger.at("failures/bulk/run"), run);
    expect(own.text).toContain("0 messages are to be sent again");
    const { text, html } = await stranger.get(stranger.at("failures"));
    expect(text).toContain("Nothing failed");
    for (const id of failed) expect(html).not.toContain(id);
    expect(await replayed()).toHaveLength(0);
  });
});
