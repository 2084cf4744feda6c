import { expect } from "vitest";
import type { TestApp } from "../../support/app.ts";
import type { Member } from "../../support/staff.ts";

/** The name of each field's column in the files of the tests. */
export const HEAD = ["id", "first name", "phone", "email", "treatment date", "sms consent"];

/** A file with these rows, the names of its columns first. */
export function fileOf(rows: readonly (readonly string[])[], head: readonly string[] = HEAD) {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
  return `${[head, ...rows].map(line).join("\r\n")}\r\n`;
}

let patients = 0;

/** A row of somebody new, treated at `at` (as the file says it), who agreed to texts. */
export function anybody(at: string, cells: Partial<Record<number, string>> = {}): string[] {
  const number = ++patients;
  const phone = `+1212555${String(4000 + (number % 5000)).padStart(4, "0")}`;
  const row = [`f-${number}`, `Anna${number % 7 === 0 ? "-Lena" : ""}`, phone, "", at, "yes"];
  return row.map((cell, index) => cells[index] ?? cell);
}

/** Brings a file as a browser does; the answer's status, where it leads to, and its text. */
export async function upload(
  { address }: TestApp,
  member: Member,
  file: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; location: string; html: string }> {
  const body = new FormData();
  body.append("file", new Blob([file], { type: "text/csv" }), "patients.csv");
  const answer = await fetch(address + member.at("import"), {
    method: "POST",
    body,
    redirect: "manual",
    headers: { cookie: member.cookies(), origin: address },
  });
  const location = answer.headers.get("location") ?? "";
  return { status: answer.status, location, html: await answer.text() };
}

/** Brings a file that is taken, and returns the address of its import. */
export async function bring(running: TestApp, member: Member, file: string): Promise<string> {
  const { status, location, html } = await upload(running, member, file);
  if (status !== 303) throw new Error(`not taken: ${status} ${html}`);
  return location;
}

type Fields = Record<string, string>;

/** The fields of the form as a browser would send them with nothing changed, and `fields` over them. */
export async function columnFields(
  member: Member,
  path: string,
  fields: Fields = {},
): Promise<Fields> {
  const { html } = await member.get(path);
  const found: Fields = {};
  for (const [, name = "", body = ""] of html.matchAll(
    /<select[^>]* name="([^"]+)"[^>]*>(.*?)<\/select>/gs,
  )) {
    const chosen = [...body.matchAll(/<option[^>]*>/g)].find(([tag]) => / selected/.test(tag));
    found[name] = /value="([^"]*)"/.exec(chosen?.[0] ?? "")?.[1] ?? "";
  }
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(tag)?.[1];
    const ticked = !/type="(radio|checkbox)"/.test(tag) || / checked/.test(tag);
    if (name !== undefined && ticked) found[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? "";
  }
  return { ...found, ...fields };
}

/** Says how the file is read, and has all rows checked; the page that then stands there. */
export async function check(member: Member, path: string, fields: Fields = {}) {
  const said = await member.post(`${path}/columns`, await columnFields(member, path, fields));
  expect(said).toMatchObject({ status: 303, location: path });
  await goOn(member, path, "Import: checking the rows");
  return member.get(path);
}

/** Says yes to what stands on the page. */
export async function start(member: Member, path: string): Promise<void> {
  const { html } = await member.get(path);
  const at = /name="at" value="([^"]+)"/.exec(html)?.[1] ?? "";
  expect(await member.post(`${path}/run`, { at })).toMatchObject({ status: 303, location: path });
}

/** Says yes, and has all rows enrolled; the page that then stands there. */
export async function run(member: Member, path: string) {
  await start(member, path);
  await goOn(member, path, "Import: enrolling");
  return member.get(path);
}

/** Presses the button that goes on, until the page has another title. */
async function goOn(member: Member, path: string, title: string): Promise<void> {
  for (let presses = 0; presses < 500; presses++) {
    const { html } = await member.get(path);
    if (!html.includes(`<h1>${title}</h1>`)) return;
    expect(await member.post(`${path}/step`)).toMatchObject({ status: 303 });
  }
  throw new Error("an import that does not end");
}

/** What the ledger has of a clinic's treatments and their patients, as they were enrolled. */
export function enrolledAt({ app }: TestApp, clinicId: string) {
  return app.ledger.db
    .selectFrom("treatments")
    .innerJoin("patients", "patients.id", "treatments.patient_id")
    .innerJoin("events", "events.treatment_id", "treatments.id")
    .select([
      "treatments.id",
      "external_id as externalId",
      "first_name as firstName",
      "phone",
      "performed_at as performedAt",
    ])
    .where("treatments.clinic_id", "=", clinicId)
    .where("events.type", "=", "enrolled")
    .orderBy("events.id")
    .execute();
}

/** What the ledger has of the rows of an import. */
export function rowsAt({ app }: TestApp, path: string) {
  return app.ledger.db
    .selectFrom("import_rows")
    .selectAll()
    .where("import_id", "=", idOf(path))
    .orderBy("number")
    .execute();
}

/** The id of the import at an address. */
export const idOf = (path: string) => path.split("/").at(-1) ?? "";
