import { beforeEach, describe, expect, it } from "vitest";
import { changeStaff } from "../../../src/ledger/staff.ts";
import { useApp } from "../../support/app.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, textOf, visitorAt } from "../../support/staff.ts";
import { endAs } from "./failing.ts";

const BAD = "<script>alert(1)</script>";

describe("today", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;

  beforeEach(async () => {
    clinic = await openClinic(running, { name: `Willow ${BAD}` });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  const today = async (who = desk) => {
    const answer = await who.get(who.at("today"));
    expect(answer.status).toBe(200);
    return answer;
  };

  /** Those of an enrolment that are due on the day of it. */
  const dueToday = ({ reminders }: EnrolledAnswer) =>
    reminders
      .filter(({ dueAt, status }) => dueAt < "2026-11-24T05:00" && status === "scheduled")
      .map(({ id }) => id);

  it("says that nothing is due, and that nothing is sent where no provider is set up", async () => {
    const { text, html } = await today();
    expect(text).toContain("Nothing is due today. Enrol a patient");
    expect(text).toContain(
      "Text messages not set up Nothing is sent: messages are kept in the outbox",
    );
    expect(text).toContain("nothing leaves this machine");
    expect(text).not.toContain("working");
    expect(html).toContain('<span class="badge warn">not set up</span>');
    expect(text).not.toContain("alarming");
    expect(html).not.toContain("style=");
    expect(html).not.toContain("<script>alert");
    expect(text).toContain(BAD);
  });

  it("counts what is due today by what became of it, and what is coming", async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) {
      const patient = { externalId: `p-${n}`, phone: `+1212555100${n}`, email: `p${n}@p.test` };
      ids.push(...dueToday(await clinic.enrol(patient)));
    }
    expect(ids.length).toBeGreaterThanOrEqual(4);
    const [sent = "", delivered = "", failed = "", unknown = "", stale = "", ...more] = ids;
    const [replaced = "", cancelled = ""] = more;
    await endAs(running, [sent], "sent");
    await endAs(running, [delivered], "delivered");
    await endAs(running, [failed], "failed", "30003");
    await endAs(running, [unknown], "unknown", "ECONNRESET");
    await endAs(running, [stale], "skipped", "expired");
    await endAs(running, [replaced], "skipped", "collapsed");
    await endAs(running, [cancelled], "cancelled");
    const { text, html } = await today();
    expect(text).toContain(`${ids.length - 2} Due today in all`);
    expect(text).toContain(`${ids.length - 7} Planned still to go`);
    expect(text).toContain("2 Sent kept in the outbox");
    expect(text).toContain("1 Failed");
    expect(text).toContain("1 Being looked into");
    expect(text).toContain("1 Not sent");
    expect(html).toMatch(new RegExp(`href="${desk.at("failures")}">Not sent<`));
    expect(text).toContain("Besides, 2 messages of today were cancelled");
    // In New York it is half past three.
    expect(html).toMatch(
      /<title>15:00: 2 sent, 1 failed, 1 being looked into, \d+ planned<\/title>/,
    );
    const [, table = ""] =
      /Hour sent failed being looked into planned (.*) Coming in/.exec(text) ?? [];
    const rows = [...table.matchAll(/\d\d:00 (\d+) (\d+) (\d+) (\d+)/g)];
    const sums = [1, 2, 3, 4].map((at) => rows.reduce((sum, row) => sum + Number(row[at]), 0));
    expect(sums).toEqual([2, 1, 1, ids.length - 7]);
    // What is planned stands at the hour for which it is planned.
    expect(table).toMatch(/19:00 0 0 0 \d/);
    const days = /Day text messages emails (.*)/.exec(text)?.[1] ?? "";
    expect(days).toMatch(/^Tue 24 Nov \d+/);
    expect(html).not.toContain("style=");
  });

  it("tells what is overdue, and since when", async () => {
    await clinic.enrol();
    expect((await today()).text).not.toContain("later than planned");
    running.clock.moveBy(3 * 60_000);
    expect((await today()).text).toMatch(
      /later than planned, the oldest since Mon 23 Nov 2026, 15:/,
    );
  });

  it("says since when a channel is paused, why, and what to do", async () => {
    await clinic.enrol();
    running.clock.moveBy(3 * 60_000);
    const now = running.clock.now();
    await running.app.ledger.db
      .insertInto("channel_states")
      .values({
        clinic_id: clinic.id,
        channel: "sms",
        failures: 1,
        paused_at: now,
        reason: "account_fault",
        code: "30034",
        detail: "refused",
        ended_by: "receipt",
        probes: 0,
        probe_reminder_id: null,
        probe_at: now,
        updated_at: now,
      })
      .execute();
    const { text } = await today();
    expect(text).toContain("Text messages are paused since Mon 23 Nov 2026");
    expect(text).toContain("The carriers refuse the clinic's sender");
    expect(text).toContain("30034");
    expect(text).toContain("What to do: whoever looks after the provider's account");
    expect(text).toContain("Emails not set up");
    // What waits behind the pause is not told of as a worker that is away.
    expect(text).toMatch(/\d messages? waits?\. What goes out of date meanwhile is not sent\./);
  });

  it("is not there for another clinic's people, nor without signing in", async () => {
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    for (const page of ["today", "today/live"]) {
      expect(await stranger.get(desk.at(page))).toMatchObject({ status: 404 });
      expect(await visitorAt(running.address).get(desk.at(page))).toMatchObject({ status: 303 });
    }
  });

  describe("live", () => {
    /** What a browser hears, as it comes. */
    async function listen(who: Member) {
      const ending = new AbortController();
      const response = await fetch(running.address + who.at("today/live"), {
        headers: { cookie: who.cookies() },
        signal: ending.signal,
      });
      const heard = { text: "", ended: false };
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const bytes of response.body ?? []) {
          heard.text += decoder.decode(bytes as Uint8Array, { stream: true });
        }
      })().catch(() => {});
      void reading.then(() => (heard.ended = true));
      return { response, heard, stop: () => ending.abort() };
    }

    it("sends all parts at first, and then those that change", async () => {
      const enrolled = await clinic.enrol();
      const { response, heard, stop } = await listen(desk);
      expect(response.headers.get("content-type")).toContain("text/event-stream");
      expect(response.headers.get("cache-control")).toBe("no-store");
      await until("all parts", () => heard.text.includes("event: coming-table\n"));
      expect(heard.text).toContain("event: alerts\n");
      const before = heard.text.length;
      const ids = dueToday(enrolled);
      await endAs(running, ids, "delivered");
      const news = () => heard.text.slice(before);
      await until("it is told", () => textOf(news()).includes(`${ids.length} Sent`));
      expect(news()).not.toContain("event: channels");
      stop();
    });

    it("ends within a minute where somebody works there no more", async () => {
      const admin = await joinClinic(running, clinic.id, "admin");
      const leaving = await listen(desk);
      const staying = await listen(admin);
      await until("both hear", () => leaving.heard.text !== "" && staying.heard.text !== "");
      const { db } = running.app.ledger;
      const { user_id: userId } = await db
        .selectFrom("staff")
        .select("user_id")
        .where("clinic_id", "=", clinic.id)
        .where("role", "=", "front_desk")
        .executeTakeFirstOrThrow();
      await db
        .transaction()
        .execute((trx) =>
          changeStaff(
            trx,
            { clinicId: clinic.id, userId, role: null },
            "test",
            running.clock.now(),
          ),
        );
      await until("it has ended", () => leaving.heard.ended, { deadlineMs: 60_000 });
      expect(staying.heard.ended).toBe(false);
      staying.stop();
    }, 90_000);

    it("does not keep the program from ending", async () => {
      // It is open still when the program of this block is closed: that would wait for ever.
      const { heard } = await listen(desk);
      await until("it hears", () => heard.text !== "");
      expect(heard.ended).toBe(false);
    });
  });
});
