import { type KyselyPlugin, sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { readTypedPatient } from "../../../src/domain/patientSearch.ts";
import { newestPatients, searchPatients } from "../../../src/ledger/patientSearch.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";

const LONG_NAME = "Wilhelmina-Alexandrina Fortune";
const ARABIC = "محمد عبدالله";

describe("looking a patient up", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let other: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    const people = [
      { firstName: "Ángela", phone: "+12125550101", email: "Angela.K@patients.example.test" },
      { firstName: "angelo", phone: "+12125550102", email: "angelo@patients.example.test" },
      { firstName: ARABIC, phone: "+12125550103", email: "m@patients.example.test" },
      { firstName: LONG_NAME, phone: "+442079460958", email: "w@patients.example.test" },
      { firstName: "Li %_\\", phone: "+12125550105", email: "p@patients.example.test" },
    ];
    for (const [index, person] of people.entries()) {
      await clinic.enrol({ ...person, externalId: `own-${index}` });
      running.clock.moveBy(1_000);
    }
    desk = await joinClinic(running, clinic.id, "front_desk");
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    other = await joinClinic(running, elsewhere.id, "admin");
  });

  const find = async (sought: string, who = desk) => {
    const answer = await who.post(who.at("patients"), { sought });
    expect(answer.status).toBe(200);
    return namesIn(answer.html);
  };

  it("shows the newest first where nothing is typed", async () => {
    const { html, headers } = await desk.get(desk.at("patients"));
    expect(namesIn(html)).toEqual(["Li %_\\", LONG_NAME, ARABIC, "angelo", "Ángela"]);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    ["angel", ["Ángela", "angelo"]],
    ["ÁNGELA", ["Ángela"]],
    ["Angela K", ["Ángela"]],
    ["محمد", [ARABIC]],
    ["wilhelmina-a", [LONG_NAME]],
    ["li %", ["Li %_\\"]],
    ["%", []],
    ["_", []],
    ["(212) 555-0102", ["angelo"]],
    ["2125550102", ["angelo"]],
    ["+1 212 555 0102", ["angelo"]],
    ["0102", ["angelo"]],
    ["020 7946 0958", [LONG_NAME]],
    ["angela.k@PATIENTS", ["Ángela"]],
    ["own-2", [ARABIC]],
    ["nobody", []],
    ["ngela", []],
  ])("finds by %s", async (sought, names) => {
    expect(await find(sought)).toEqual(names);
  });

  it("finds a number by its beginning, in whatever order its owners came", async () => {
    expect((await find("(212) 555-01")).toSorted()).toHaveLength(4);
  });

  it("keeps what was typed out of every address, and shows it as text", async () => {
    const bad = "<script>alert(1)</script>";
    const { html, text } = await desk.post(desk.at("patients"), { sought: bad });
    expect(html).not.toContain("<script>alert");
    expect(text).toContain("Nobody was found");
    expect(html).toContain('method="post"');
    expect(html).not.toMatch(/(href|action|hx-[a-z]+)="[^"]*\?[^"]*script/);
  });

  it("answers htmx with the list alone", async () => {
    const { html } = await desk.post(
      desk.at("patients"),
      { sought: "ange" },
      { "hx-request": "true" },
    );
    expect(html).not.toContain("<html");
    expect(namesIn(html)).toEqual(["Ángela", "angelo"]);
  });

  it.each(["\u0000", "x".repeat(101)])("refuses what nobody is called", async (sought) => {
    expect((await desk.post(desk.at("patients"), { sought })).status).toBe(422);
    const cut = await desk.post(desk.at("patients"), { sought: "a", after: "9.nothing" });
    expect(cut.status).toBe(422);
  });

  it("finds nobody of another clinic, and opens nothing there", async () => {
    expect(await find("angel", other)).toEqual([]);
    expect(await desk.get(other.at("patients"))).toMatchObject({ status: 404 });
    const there = await desk.post(other.at("patients"), { sought: "a" });
    expect(there).toMatchObject({ status: 404 });
  });

  it("goes through all pages, each patient once, by name as well as newest first", async () => {
    const many = await openClinic(running, { name: "Many Clinic" });
    const { db } = running.app.ledger;
    // Some are found by their name and by their address.
    await sql`
      insert into aftercare.patients (clinic_id, first_name, phone, email, created_at, updated_at)
      select ${many.id}, 'Ana ' || n % 7, '+1212556' || lpad(n::text, 4, '0'),
        case when n % 3 = 0 then 'ana' || n || '@patients.example.test' end, now() + n % 5 * interval '1 second', now()
      from generate_series(1, 60) n`.execute(db);
    const member = await joinClinic(running, many.id, "front_desk");
    for (const sought of ["ana", "212556", ""]) {
      const seen: string[] = [];
      let after: string | undefined = "";
      for (let pages = 0; after !== undefined && pages < 5; pages++) {
        const fields = { sought, ...(after !== "" && { after }) };
        const { html } = await member.post(member.at("patients"), fields);
        seen.push(...idsIn(html));
        after = /name="after" value="([^"]+)"/.exec(html)?.[1];
      }
      expect(seen).toHaveLength(60);
      expect(new Set(seen).size).toBe(60);
    }
  });

  it("reads no more than a page of an index, however many patients there are", async () => {
    const { db } = running.app.ledger;
    const huge = await openClinic(running, { name: "Huge Clinic" });
    await sql`
      insert into aftercare.patients (clinic_id, first_name, phone, email, created_at, updated_at)
      select ${huge.id}, 'Ana ' || n, '+1212' || lpad(n::text, 7, '0'), 'ana' || n || '@x.test', now(), now()
      from generate_series(1, 20000) n`.execute(db);
    await sql`analyze aftercare.patients`.execute(db);
    const plans: string[] = [];
    const explaining = db.withPlugin(explainer(plans));
    const page = { cursor: null, limit: 25 };
    for (const sought of ["ana", "0123", "212000", "ana1", "an@x", "nobody at all"]) {
      await searchPatients(explaining, huge.id, readTypedPatient(sought, "US"), page);
    }
    await newestPatients(explaining, huge.id, page);
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter((plan) => plan.includes("Seq Scan on patients"))).toEqual([]);
    // What is found comes in the order of its index: nothing is sorted to be cut.
    expect(plans.filter((plan) => /Sort Key: .*(first_name|phone|email)/.test(plan))).toEqual([]);
  });
});

/** Has PostgreSQL tell how it would answer each statement, instead of answering it. */
function explainer(plans: string[]): KyselyPlugin {
  return {
    transformQuery({ node }) {
      if (node.kind !== "RawNode") return node;
      const [first = "", ...rest] = node.sqlFragments;
      return { ...node, sqlFragments: [`explain ${first}`, ...rest] };
    },
    transformResult({ result }) {
      plans.push(result.rows.map((row) => String(row["QUERY PLAN"])).join("\n"));
      return Promise.resolve({ ...result, rows: [] });
    },
  };
}

/** The names of patients in a list, in its order. */
function namesIn(html: string): string[] {
  return [...html.matchAll(/<th scope="row"[^>]*><a [^>]*><bdi>([^<]*)<\/bdi>/g)].map(
    ([, name = ""]) => name.replaceAll("&amp;", "&"),
  );
}

function idsIn(html: string): string[] {
  return [...html.matchAll(/\/patients\/([0-9a-f-]{36})"/g)].map(([, id = ""]) => id);
}
