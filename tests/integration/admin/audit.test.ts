import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { addEvents } from "../../../src/ledger/events.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("the audit of a clinic", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;
  let treatmentId = "";
  let userId = "";

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin", { name: "Robin Vale" });
    const enrolled = await clinic.enrol();
    treatmentId = enrolled.treatment.id;
    const path = `/v1/treatments/${treatmentId}/cancel`;
    await clinic.admin.post(path, { reason: `entered twice ${SCRIPT}` });
    await clinic.enrol();
    await admin.post(admin.at("keys"), { label: "till", role: "enroll" });
    const { rows } = await sql<{ actor: string }>`
      select actor from aftercare.events
      where clinic_id = ${clinic.id} and type = 'key created' and actor like 'staff:%'`.execute(
      running.app.ledger.db,
    );
    userId = rows[0]?.actor ?? "";
  });

  /** What stands in the table, a line for each event. */
  const linesOf = (html: string) => html.split(/<tr[^>]*>/).slice(2);
  const csvOf = (html: string) => html.trim().split("\r\n").slice(1);

  it("says what happened in words, who did it by name, and leads to what it happened to", async () => {
    const { text, html } = await admin.get(admin.at("audit"));
    expect(text).toContain("Robin Vale Key made till ; as front desk software");
    expect(text).toContain("key “admin” Treatment cancelled entered twice");
    expect(text).toContain("key “enroll” Enrolled");
    expect(html).toContain(`href="/admin/${clinic.id}/treatments/${treatmentId}"`);
    expect(html).toMatch(new RegExp(`href="/admin/${clinic.id}/reminders/[\\w-]{36}"`));
    expect(html).not.toContain(SCRIPT);
    expect(text).toContain(SCRIPT);
  });

  it.each([
    ["by type", () => "type=enrolled", 2, "Enrolled"],
    ["by who did it", () => `actor=${encodeURIComponent(userId)}&type=key+created`, 1, "till"],
    ["by treatment", () => `treatment=${treatmentId}&type=treatment+cancelled`, 1, "Treatment"],
    ["by days", () => "from=2001-01-01&to=2001-01-02", 0, "Nothing matches"],
  ])("is narrowed %s", async (_, query, count, said) => {
    const { html, text } = await admin.get(admin.at(`audit?${query()}`));
    expect(linesOf(html)).toHaveLength(count);
    expect(text).toContain(said);
  });

  it("counts days by the clocks of the clinic, the last one included", async () => {
    const own = await openClinic(running, { name: "Late Clinic" });
    const other = await joinClinic(running, own.id, "admin");
    const at = new Date("2024-03-02T04:30:00Z");
    const of = { clinicId: own.id, treatmentId: null, reminderId: null, actor: "worker" };
    await addEvents(running.app.ledger.db, [{ ...of, type: "channel paused", detail: {}, at }]);
    const on = async (from: string, to: string) =>
      linesOf((await other.get(other.at(`audit?from=${from}&to=${to}`))).html).length;
    expect(await on("2024-03-01", "2024-03-01")).toBe(1);
    expect(await on("2024-03-02", "2024-03-02")).toBe(0);
  });

  it.each(["from=yesterday", "treatment=5", "type=anything"])(
    "says what of a filter is wrong: %s",
    async (query) => {
      const answer = await admin.get(admin.at(`audit?${query}`));
      expect(answer.status).toBe(422);
      expect(answer.text).toContain("One field is not right yet.");
    },
  );

  it("goes on page by page, each event once, and as a file whole", async () => {
    const own = await openClinic(running, { name: "Busy Clinic" });
    const other = await joinClinic(running, own.id, "admin");
    const at = running.clock.now();
    const of = { clinicId: own.id, treatmentId: null, reminderId: null, actor: "patient", at };
    // All at one instant: the order within it has to hold over the pages, too.
    const codes = Array.from({ length: 2_130 }, (_, index) => `c${index}`);
    await addEvents(
      running.app.ledger.db,
      codes.map((code) => ({ ...of, type: "opted out", detail: { code } })),
    );
    const seen: string[] = [];
    let path: string | undefined = other.at("audit?type=opted+out&actor=patient");
    for (let pages = 0; path !== undefined && pages < 4; pages++) {
      const { html }: { html: string } = await other.get(path);
      seen.push(...[...html.matchAll(/code (c\d+)/g)].map(([, code = ""]) => code));
      const older = /<a href="([^"]*before=[^"]*)">Older/.exec(html)?.[1];
      path = older?.replaceAll("&amp;", "&");
    }
    expect(seen).toEqual(codes.toReversed().slice(0, 200));
    const file = await other.get(other.at("audit.csv?type=opted+out"));
    expect(file.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(file.headers.get("content-disposition")).toContain("attachment");
    const found = csvOf(file.html).map((line) => /code (c\d+)/.exec(line)?.[1]);
    expect(found).toEqual(codes.toReversed());
  });

  it("has an index that gives it in order", async () => {
    const { rows } = await running.app.ledger.db.transaction().execute(async (db) => {
      // So few rows as a test has are read whole and sorted, where the planner may.
      await sql`set local enable_seqscan = off`.execute(db);
      await sql`set local enable_bitmapscan = off`.execute(db);
      await sql`set local enable_sort = off`.execute(db);
      return sql<{ "QUERY PLAN": string }>`
        explain select id from aftercare.events where clinic_id = ${clinic.id}
        and (at, id) < (now(), 5) order by at desc, id desc limit 51`.execute(db);
    });
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/Index (Only )?Scan Backward using events_by_clinic/);
    expect(plan).not.toContain("Sort");
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])(
    "is exported with nothing that a spreadsheet would run: %j",
    async (reason) => {
      const own = await openClinic(running, { name: "Careful Clinic" });
      const other = await joinClinic(running, own.id, "admin");
      const of = { clinicId: own.id, treatmentId: null, reminderId: null, actor: reason };
      const at = running.clock.now();
      await addEvents(running.app.ledger.db, [
        { ...of, type: "opted out", detail: { reason, source: 'a "word", and more' }, at },
      ]);
      const { html } = await other.get(other.at("audit.csv?type=opted+out"));
      const cell = `'${reason}`;
      expect(html).toContain(reason.startsWith("\r") ? `,"${cell}",` : `,${cell},`);
      expect(html).toContain('""word"", and more"');
      expect(html).not.toContain(`,${reason}`);
    },
  );

  it("is the clinic's alone, and its admins'", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const other = await joinClinic(running, elsewhere.id, "admin");
    for (const page of ["audit", "audit.csv"]) {
      expect((await desk.get(admin.at(page))).status).toBe(403);
      expect((await other.get(admin.at(page))).status).toBe(404);
      const own = await other.get(other.at(`${page}?treatment=${treatmentId}`));
      expect(own.status).toBe(200);
      expect(own.html).not.toContain(`treatments/${treatmentId}`);
      expect(own.text).not.toContain("Enrolled,");
    }
  });

  it.each(["audit", "audit.csv"])("refuses a name that nobody can have, in %s", async (page) => {
    const answer = await admin.get(`${admin.at(page)}?actor=%00`);
    expect(answer.status).toBe(422);
  });
});
