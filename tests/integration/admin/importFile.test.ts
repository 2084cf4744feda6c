import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import {
  anybody,
  bring,
  check,
  columnFields,
  enrolledAt,
  fileOf,
  HEAD,
  rowsAt,
  run,
  upload,
} from "./importing.ts";

/** Two hours before the tests begin, by the clocks of the clinic. */
const AT = "2026-11-23 13:30";
const FIELDS = { protocol: "microneedling" };

describe("reading a file", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;

  const enrolled = () => enrolledAt(running, clinic.id);

  const consentsOf = (treatmentId: string) =>
    running.app.ledger.db
      .selectFrom("consents")
      .selectAll()
      .where("treatment_id", "=", treatmentId)
      .execute();

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  it("asks where dates can be read in two ways, and refuses what does not fit the answer", async () => {
    const path = await bring(
      running,
      admin,
      fileOf([anybody("11/10/2026 10:00"), anybody("10/11/2026 10:00")]),
    );
    const page = await admin.get(path);
    expect(page.text).toContain("does not tell whether the day or the month comes first");
    expect(page.text).toContain("Day first: “11/10/2026 10:00” will be read as Sun 11 Oct 2026");
    expect(page.text).toContain("Month first: “11/10/2026 10:00” will be read as Tue 10 Nov 2026");
    expect(page.html).not.toMatch(/name="order"[^>]* checked/);
    const silent = await admin.post(`${path}/columns`, await columnFields(admin, path, FIELDS));
    expect(silent).toMatchObject({ status: 422 });
    expect(silent.text).toContain("say which one is right");
    const checked = await check(admin, path, { ...FIELDS, order: "mdy" });
    expect(checked.text).toContain("Enrol 2 treatments");
    const before = await enrolled();
    await run(admin, path);
    expect((await enrolled()).slice(before.length).map(({ performedAt }) => performedAt)).toEqual([
      new Date("2026-11-10T15:00:00.000Z"),
      new Date("2026-10-11T14:00:00.000Z"),
    ]);
  });

  it("reads dates that tell their order, and asks for the time of day where there is none", async () => {
    const path = await bring(
      running,
      admin,
      fileOf([anybody("20/11/2026"), anybody("05/11/2026")]),
    );
    const page = await admin.get(path);
    expect(page.html).toMatch(/value="dmy"[^>]* checked/);
    const none = await admin.post(`${path}/columns`, await columnFields(admin, path, FIELDS));
    expect(none).toMatchObject({ status: 422 });
    expect(none.text).toContain("some dates have no time of day");
    const before = await enrolled();
    await check(admin, path, { ...FIELDS, timeOfDay: "18:00" });
    await run(admin, path);
    expect((await enrolled()).slice(before.length)[1]?.performedAt).toEqual(
      new Date("2026-11-05T23:00:00.000Z"),
    );
  });

  it("never assumes a consent: the file says it, or an admin confirms words that are kept", async () => {
    const head = HEAD.slice(0, 5);
    const at = running.clock.now().toISOString();
    const path = await bring(running, admin, fileOf([anybody(at).slice(0, 5)], head));
    const post = async (fields: Record<string, string>) =>
      admin.post(`${path}/columns`, await columnFields(admin, path, { ...FIELDS, ...fields }));
    expect((await post({})).text).toContain("Say where the patients’ consent is.");
    expect((await post({ consent: "file" })).text).toContain("Choose the columns above");
    expect((await post({ consent: "confirmed", confirm: "yes" })).text).toContain("Tick the ways");
    const unconfirmed = await post({ consent: "confirmed", sms: "yes" });
    expect(unconfirmed).toMatchObject({ status: 422 });
    expect(unconfirmed.text).toContain("or nobody can be enrolled");
    const said = { ...FIELDS, consent: "confirmed", sms: "yes", confirm: "yes" };
    await check(admin, path, said);
    await run(admin, path);
    const [last] = (await enrolled()).slice(-1);
    const consents = await consentsOf(last?.id ?? "");
    const source = `import ${path.split("/").at(-1)}`;
    expect(consents).toMatchObject([
      { purpose: "care", channel: "sms", source, taken_by: "Robin Vale" },
    ]);
    const kept = await running.app.ledger.db
      .selectFrom("consent_texts")
      .select("words")
      .where("clinic_id", "=", clinic.id)
      .where("version", "=", consents[0]?.text_version ?? "")
      .executeTakeFirst();
    expect(kept?.words).toContain("Every patient in this file has agreed that Willow Skin Clinic");
  });

  it("keeps of each row what its own cells say of consent, by channel and purpose, and when", async () => {
    const head = [...HEAD, "email consent", "marketing", "consent date"];
    const row = (sms: string, email: string, offers: string) => {
      const cells = anybody(AT, { 3: "ana@patients.example.test", 5: sms });
      return [...cells, email, offers, "2026-11-20"];
    };
    const rows = [row("x", "sí", "yes"), row("no", "1", ""), row("", "", "yes")];
    const path = await bring(running, admin, fileOf(rows, head));
    const before = await enrolled();
    await check(admin, path, FIELDS);
    await run(admin, path);
    const kept = await Promise.all(
      (await enrolled()).slice(before.length).map(({ id }) => consentsOf(id)),
    );
    const said = kept.map((consents) => consents.map((each) => `${each.purpose} ${each.channel}`));
    expect(said.map((each) => each.sort())).toEqual([
      ["care email", "care sms", "rebook email", "rebook sms"],
      ["care email"],
      [],
    ]);
    for (const consent of kept.flat()) {
      expect(consent).toMatchObject({
        source: `import ${path.split("/").at(-1)}`,
        given_at: new Date("2026-11-20T05:00:00.000Z"),
        recorded_by: expect.stringMatching(/^staff:/),
        text_version: null,
      });
    }
  });

  it("lets nobody confirm over a column in which patients may have said no", async () => {
    const path = await bring(running, admin, fileOf([anybody(AT, { 5: "no" })]));
    const fields = { ...FIELDS, consent: "confirmed", sms: "yes", confirm: "yes" };
    const answer = await admin.post(`${path}/columns`, await columnFields(admin, path, fields));
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.text).toContain("The file says itself who agrees");
  });

  it.each([
    ["Windows-1252", Buffer.from("id,first name\r\n1,Jos\xe9\r\n", "latin1"), "Windows-1252"],
    ["UTF-16", Buffer.from("\uFEFFid,first name\r\n1,José\r\n", "utf16le"), "UTF-16"],
    ["UTF-16 without its mark", Buffer.from("id,first name\r\n1,José\r\n", "utf16le"), "UTF-16"],
    ["a workbook", Buffer.from("PK\u0003\u0004 and more"), "workbook"],
    ["an empty file", Buffer.alloc(0), "empty"],
    ["headers alone", Buffer.from("id,first name\r\n"), "no row in it"],
    ["an open quote", Buffer.from('id,first name\r\n1,"José\r\n'), "quotes do not match"],
    ["more than 5 MB", Buffer.alloc(5 * 1024 * 1024 + 1, "a,b\n"), "larger than 5 MB"],
    ["10,001 rows", Buffer.from(`id,name\n${"1,Ana\n".repeat(10_001)}`), "more than 10,000 rows"],
  ])("refuses %s, and says what to do", async (_, bytes, said) => {
    const { status, html } = await upload(running, admin, Uint8Array.from(bytes));
    expect(status).toBe(422);
    expect(html).toContain("This file was not taken.");
    expect(html).toContain(said);
    expect(html).not.toContain("José");
  });

  it.each([
    [";", "\uFEFF"],
    ["\t", ""],
    [",", "sep=,\r\n"],
  ])("reads a file with %j between its cells", async (separator, before) => {
    const head = ["Nombre", "Teléfono", "Fecha", "Hora", "Tratamiento", "Acepta SMS"];
    const row = [
      '"Lucía\u00a0""Lu"""',
      "+12125550188",
      "2026-11-22",
      "10:30",
      "Micro-needling",
      "sí",
    ];
    const file = `${before}${head.join(separator)}\r\n\r\n${row.join(separator)}\r\n`;
    const path = await bring(running, admin, file);
    const checked = await check(admin, path);
    expect(checked.text).toMatch(/Enrol 1 treatment|enrolled already 1/);
    const [stored] = await rowsAt(running, path);
    // The empty row counts, as it does in a spreadsheet.
    expect(stored).toMatchObject({ number: 3, cells: expect.arrayContaining(["10:30"]) });
  });

  it("passes over empty rows in front, and keeps what quotes hold together", async () => {
    const at = running.clock.now().toISOString();
    const quoted = '"Zoë; ""Z"""';
    const file = `\uFEFF\r\n;;\r\nfirst name;phone;date;sms consent\r\n${quoted};+12125550141;${at};x\r\n`;
    const path = await bring(running, admin, file);
    expect((await check(admin, path, FIELDS)).text).toContain("Enrol 1 treatment");
    expect(await rowsAt(running, path)).toMatchObject([
      { number: 4, cells: ['Zoë; "Z"', "+12125550141", at, "x"] },
    ]);
  });

  it("tells columns of one name apart", async () => {
    const at = running.clock.now().toISOString();
    const head = ["first name", "Phone", "phone", "date", "sms consent"];
    const row = ["Anna", "12", "+12125550142", at, "yes"];
    const path = await bring(running, admin, fileOf([row], head));
    const page = await admin.get(path);
    expect(page.text.match(/Several columns are called/g)).toHaveLength(1);
    expect(page.text).toContain("Phone (column 2) phone (column 3)");
    const first = await check(admin, path, FIELDS);
    expect(first.text).toMatch(/2 Phone \(column 2\) 12 is not a phone number/);
    const { html: bad } = await admin.get(`${path}/bad.csv`);
    expect(bad).toContain("first name,Phone,phone,date,sms consent,");
    await admin.post(
      `${path}/columns`,
      await columnFields(admin, `${path}/columns`, { "column.phone": "2" }),
    );
    await admin.post(`${path}/step`);
    expect((await admin.get(path)).text).toContain("Enrol 1 treatment");
  });

  it("asks for a column that every row needs", async () => {
    const head = ["patient file", "phone", "sms consent"];
    const path = await bring(running, admin, fileOf([["Anna", "+12125550143", "yes"]], head));
    const fields = await columnFields(admin, path, FIELDS);
    const answer = await admin.post(`${path}/columns`, fields);
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.html.match(/choose the column/gi)).toHaveLength(2);
    expect((await admin.get(path)).text).toContain("Import: how to read the file");
  });

  it("is an admin's, and another clinic's admin finds none of it", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    expect(await upload(running, desk, fileOf([anybody(AT)]))).toMatchObject({ status: 403 });
    const other = await openClinic(running, { name: "Hillside" });
    const theirs = await joinClinic(running, other.id, "admin");
    const path = await bring(running, admin, fileOf([anybody(AT)]));
    await check(admin, path, FIELDS);
    const own = `/admin/${other.id}/import/${path.split("/").at(-1)}`;
    for (const address of [path, own]) {
      for (const page of ["", "/columns", "/bad.csv"]) {
        const answer = await theirs.get(address + page);
        expect(answer.status).toBe(404);
        expect(answer.html).not.toContain("Anna");
      }
      for (const act of ["columns", "reading", "step", "run", "cancel"]) {
        expect((await theirs.post(`${address}/${act}`)).status).toBe(404);
      }
    }
    expect((await theirs.get(theirs.at("import"))).text).toContain("No file was brought yet.");
    expect((await admin.get(path)).text).toContain("Enrol 1 treatment");
    expect((await desk.get(path)).status).toBe(403);
  });
});
