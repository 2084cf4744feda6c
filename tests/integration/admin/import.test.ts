import { beforeAll, describe, expect, it } from "vitest";
import { endStaleImports } from "../../../src/ledger/imports.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, PATIENT, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import {
  anybody,
  bring,
  check,
  columnFields,
  enrolledAt,
  fileOf,
  HEAD,
  idOf,
  rowsAt,
  run,
  start,
} from "./importing.ts";

/** Two hours before the tests begin, by the clocks of the clinic and with its offset. */
const AT = "2026-11-23 13:30";
const FIELDS = { protocol: "microneedling" };

describe("importing a file", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;

  const enrolled = () => enrolledAt(running, clinic.id);

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  it("looks at every row, then enrols those that are right, and says what became of all", async () => {
    const good = [anybody(AT), anybody(`${AT}:15`), anybody("2026-11-23T13:30:00-05:00")];
    const bad = [
      anybody(AT, { 2: "12" }),
      anybody(AT, { 1: "<script>alert(1)</script>" }),
      anybody("yesterday"),
      anybody("2026-01-05 10:00"),
      anybody(AT, { 5: "perhaps" }),
    ];
    const before = await enrolled();
    const path = await bring(running, admin, fileOf([...good, ...bad]));
    const checked = await check(admin, path, FIELDS);
    expect(checked.text).toContain("Nothing is enrolled yet.");
    expect(checked.text).toContain("Enrol 3 treatments");
    expect(checked.text).toContain("5 rows with something wrong");
    for (const [row, where, why] of [
      [5, "phone", "is not a phone number of US"],
      [6, "first name", "must be a name"],
      [7, "treatment date", "is no date and time"],
      [8, "treatment date", "is more than 90 days ago"],
      [9, "sms consent", "is neither yes nor no"],
    ] as const) {
      expect(checked.text).toMatch(new RegExp(`${row} ${where} .*${why}`));
    }
    expect(checked.text).toContain("<script>alert(1)</script>");
    expect(checked.html).not.toContain("<script>alert");
    expect(await enrolled()).toEqual(before);

    const done = await run(admin, path);
    expect(done.text).toContain("3 treatments are enrolled by it.");
    expect(done.text).toContain("5 rows could not be enrolled.");
    const after = (await enrolled()).slice(before.length);
    expect(after.map(({ externalId }) => externalId)).toEqual(good.map(([id]) => id));
    expect(after[0]?.performedAt).toEqual(new Date("2026-11-23T18:30:00.000Z"));
    expect(after[1]?.performedAt).toEqual(new Date("2026-11-23T18:30:15.000Z"));
  });

  it("says how many messages go out at once, and plans as the API does", async () => {
    const path = await bring(running, admin, fileOf([anybody(AT), anybody(AT, { 5: "no" })]));
    const checked = await check(admin, path, FIELDS);
    const body = {
      protocol: "microneedling",
      performedAt: "2026-11-23T13:30:00-05:00",
      patient: { firstName: "Anna", phone: "+12125559999" },
      consent: { care: ["sms"], source: "form", at: "2026-11-23T13:30:00-05:00" },
    };
    const plan = await clinic.desk.post<{ reminders: { status: string; dueAt: string }[] }>(
      "/v1/plans",
      body,
    );
    const due = plan.body.reminders.filter(
      ({ status, dueAt }) => status === "scheduled" && dueAt <= running.clock.now().toISOString(),
    );
    expect(due.length).toBeGreaterThan(0);
    expect(checked.text).toContain(`messages go out at once ${due.length} `);
    expect(checked.text).toContain("get no message 1");
  });

  it("enrols nobody twice: not from the same file, an overlapping one, or after the API", async () => {
    const [one, two, three] = [anybody(AT), anybody(AT), anybody(AT)];
    const first = await bring(running, admin, fileOf([one, two]));
    await check(admin, first, FIELDS);
    await run(admin, first);
    const before = await enrolled();

    const again = await bring(running, admin, fileOf([one, two]));
    const nothing = await check(admin, again, FIELDS);
    expect(nothing.text).toContain("Every row is enrolled already");
    // Without its own number, but with the name and the phone that are known.
    const overlapping = await bring(running, admin, fileOf([["", ...two.slice(1)], three]));
    expect((await check(admin, overlapping, FIELDS)).text).toContain("Enrol 1 treatment");
    expect((await run(admin, overlapping)).text).toContain(
      "1 patient’s treatment is enrolled by it.",
    );
    expect(await enrolled()).toHaveLength(before.length + 1);

    const { treatment } = await clinic.enrol({ externalId: "api-1", phone: "+12125550199" });
    const same = ["api-1", PATIENT.firstName, "+12125550199", "", treatment.performedAt, "yes"];
    const known = await bring(running, admin, fileOf([same]));
    expect((await check(admin, known, FIELDS)).text).toContain("enrolled already 1");
  });

  it("takes a treatment that stands in two rows once, and two people with one number as two", async () => {
    const row = anybody(AT, { 0: "" });
    const child = row.with(1, "Lucía");
    const path = await bring(running, admin, fileOf([row, row, child]));
    const checked = await check(admin, path, FIELDS);
    expect(checked.text).toContain("stand in an earlier row 1");
    const before = await enrolled();
    expect((await run(admin, path)).text).toContain("2 treatments are enrolled by it.");
    expect((await enrolled()).slice(before.length).map(({ firstName }) => firstName)).toEqual([
      row[1],
      "Lucía",
    ]);
  });

  it("goes on where it was left, and counts what it enrolled before it could say so", async () => {
    const people = Array.from({ length: 60 }, () => anybody(AT));
    const before = await enrolled();
    const path = await bring(running, admin, fileOf(people));
    await check(admin, path, FIELDS);
    await start(admin, path);
    await admin.post(`${path}/step`);
    const half = (await enrolled()).length - before.length;
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(60);
    expect((await admin.get(path)).text).toContain(`Enrolled ${half} of 60 rows.`);
    // As after a crash between the enrolment and the note of it.
    await running.app.ledger.db
      .updateTable("import_rows")
      .set({ state: "ready" })
      .where("import_id", "=", idOf(path))
      .where("state", "=", "enrolled")
      .execute();
    for (let presses = 0; presses < 5; presses++) await admin.post(`${path}/step`);
    expect((await admin.get(path)).text).toContain("60 treatments are enrolled by it.");
    expect(await enrolled()).toHaveLength(before.length + 60);
  });

  it("stops where it is cancelled: what is enrolled stays, and the rest is enrolled by the file again", async () => {
    const people = Array.from({ length: 40 }, () => anybody(AT));
    const before = await enrolled();
    const path = await bring(running, admin, fileOf(people));
    await check(admin, path, FIELDS);
    await start(admin, path);
    await admin.post(`${path}/step`);
    await admin.post(`${path}/cancel`);
    const half = (await enrolled()).length - before.length;
    expect(half).toBeGreaterThan(0);
    const page = await admin.get(path);
    expect(page.text).toContain("The import was cancelled.");
    expect(page.text).toContain(`${half} treatments are enrolled by it, and stay enrolled.`);
    expect(page.text).toContain(`${40 - half} rows were not enrolled.`);
    await admin.post(`${path}/step`);
    expect(await enrolled()).toHaveLength(before.length + half);
    const again = await bring(running, admin, fileOf(people));
    await check(admin, again, FIELDS);
    expect((await run(admin, again)).text).toContain(`${40 - half} treatments are enrolled by it.`);
  });

  it("keeps nothing of the file when it has ended, or nobody came back for a day", async () => {
    const file = fileOf([anybody(AT), anybody(AT, { 2: "12" })]);
    const done = await bring(running, admin, file);
    await check(admin, done, FIELDS);
    await run(admin, done);
    const left = await rowsAt(running, done);
    expect(left).toMatchObject([{ number: 3, cells: null, key: null, state: "bad" }]);

    const forgotten = await bring(running, admin, file);
    await check(admin, forgotten, FIELDS);
    running.clock.moveBy(23 * 3_600_000);
    await endStaleImports(running.app.ledger, running.clock.now());
    expect((await admin.get(forgotten)).text).toContain("Nothing is enrolled yet.");
    running.clock.moveBy(3_600_000);
    await endStaleImports(running.app.ledger, running.clock.now());
    expect((await rowsAt(running, forgotten)).filter(({ cells }) => cells !== null)).toEqual([]);
    const page = await joinAgain();
    expect((await page.get(forgotten)).text).toContain("Nobody finished this import within a day");
    admin = page;
  });

  /** Sessions end after half a day: who comes back signs in once more. */
  const joinAgain = () => joinClinic(running, clinic.id, "admin");

  it("gives what is wrong as a file that can be mended and brought again", async () => {
    const at = running.clock.now().toISOString();
    const formula = '=HYPERLINK("https://elsewhere.example","Anna")';
    const bad = [
      anybody(at, { 1: formula, 5: "perhaps" }),
      anybody(at, { 1: "=cmd|' C calc'!A0", 5: "perhaps" }),
      anybody(at, { 1: '-2+3"x', 5: "perhaps" }),
    ];
    const path = await bring(running, admin, fileOf(bad));
    await check(admin, path, FIELDS);
    const { html, headers } = await admin.get(`${path}/bad.csv`);
    expect(headers.get("content-disposition")).toContain("attachment");
    expect(html.split("\r\n")[0]).toBe(
      `\uFEFF${HEAD.join(",")},row in the first file,what is wrong`.replace(/^\uFEFF/, ""),
    );
    expect(html).toContain(`"'=HYPERLINK(""https://elsewhere.example"",""Anna"")"`);
    expect(html).not.toMatch(/(^|[,"\n])[=@+-]/);
    expect(html).toContain(",'=cmd|' C calc'!A0,");
    expect(html).toContain("sms consent is neither yes nor no");
    const mended = await bring(running, admin, html.replaceAll("perhaps", "yes"));
    const checked = await check(admin, mended, FIELDS);
    // The phones come back without the mark; the first name has an address in it, and stays refused.
    expect(checked.text).toContain("Enrol 2 treatments");
    const before = await enrolled();
    await run(admin, mended);
    expect((await enrolled()).slice(before.length)).toMatchObject([
      { phone: bad[1]?.[2], firstName: "=cmd|' C calc'!A0" },
      { phone: bad[2]?.[2], firstName: '-2+3"x' },
    ]);
  });

  it("tells of what a row would change before it is enrolled, and of a visit that is entered twice", async () => {
    const at = new Date(running.clock.now().getTime() - 600_000).toISOString();
    const known = await clinic.enrol({ externalId: "known-1", phone: "+12125550131" });
    const path = await bring(
      running,
      admin,
      fileOf([
        ["known-1", PATIENT.firstName, "+12125550132", "", at, "yes"],
        anybody(at),
        anybody(at, { 5: "no" }),
      ]),
    );
    const checked = await check(admin, path, FIELDS);
    expect(checked.text).toContain("are worth a look 1");
    expect(checked.text).toMatch(/2 phone \+12125550132 is not what is known of this patient/);
    expect(checked.text).toMatch(/2 the row is within an hour of the same treatment/);
    expect(known.treatment.performedAt).not.toBe(at);
    const before = await enrolled();
    await run(admin, path);
    expect((await enrolled()).slice(before.length)).toHaveLength(3);
  });

  it("takes a yes only for what was seen: not where the file is read in another way since", async () => {
    const at = running.clock.now().toISOString();
    const path = await bring(running, admin, fileOf([anybody(at)]));
    const seen = await check(admin, path, FIELDS);
    const yes = /name="at" value="([^"]+)"/.exec(seen.html)?.[1] ?? "";
    running.clock.moveBy(1_000);
    const other = await columnFields(admin, `${path}/columns`, { ...FIELDS, locale: "es" });
    await admin.post(`${path}/columns`, other);
    await admin.post(`${path}/step`);
    const before = await enrolled();
    await admin.post(`${path}/run`, { at: yes });
    await admin.post(`${path}/step`);
    expect((await admin.get(path)).text).toContain("Nothing is enrolled yet.");
    expect(await enrolled()).toHaveLength(before.length);
    await run(admin, path);
    expect(await enrolled()).toHaveLength(before.length + 1);
  });

  it("stands in the audit with counts and no data", async () => {
    const path = await bring(running, admin, fileOf([anybody(AT)]));
    await check(admin, path, FIELDS);
    await run(admin, path);
    const audit = await admin.get(admin.at("audit"));
    expect(audit.text).toContain("File imported");
    expect(audit.text).toContain("1 enrolled, 0 enrolled already, 0 with something wrong");
    expect(audit.text).not.toContain("+1212555");
  });
});
