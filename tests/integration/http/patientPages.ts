import { findTreatment } from "../../../src/ledger/treatments.ts";
import type { TestApp } from "../../support/app.ts";
import { callerAt, type HttpAnswer } from "../../support/appCaller.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type PatientBody,
  type TestClinic,
} from "../../support/clinic.ts";

/** The topics of micro needling that are free after 72 hours, as the page names them. */
export const SWEAT = [
  "Hard workouts at the gym",
  "Swimming pools",
  "Saunas",
  "Anything else that could make you sweat a lot",
];

/** A patient with a page. */
export interface PagePatient extends EnrolledAnswer {
  /** `/t/<token>` */
  path: string;
}

/** The number in the addresses of each name: who comes again has the same ones. */
const patients = new Map<string, number>();

/** Enrols a patient of this name only, unless `facts` say otherwise; `at` is when it was done. */
export async function enrolWithPage(
  running: TestApp,
  clinic: TestClinic,
  facts: Partial<PatientBody> = {},
  at: Date = running.clock.now(),
): Promise<PagePatient> {
  const name = facts.externalId ?? `page-${patients.size}`;
  const number = patients.get(name) ?? patients.size + 1;
  patients.set(name, number);
  const addresses = { phone: `+1212555${3000 + number}`, email: `page-${number}@example.test` };
  const body = enrolmentBody(at, { externalId: name, ...addresses, ...facts });
  const answer = await clinic.desk.post<EnrolledAnswer>("/v1/treatments", body);
  if (answer.status !== 201) throw new Error(`not enrolled: ${answer.text}`);
  return { ...answer.body, path: await pathOf(running, clinic, answer.body.treatment.id) };
}

/** Where the page of a treatment is. */
export async function pathOf(running: TestApp, clinic: TestClinic, id: string): Promise<string> {
  const treatment = await findTreatment(running.app.ledger.db, clinic.id, id);
  return `/t/${treatment?.pageToken}`;
}

/** Posts a form as a browser does; the answer is not followed. */
export async function postForm(
  running: TestApp,
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; location: string | null; text: string }> {
  const response = await fetch(running.address + path, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, location: response.headers.get("location"), text };
}

/** Opens an address as somebody without a key. */
export function open(
  running: TestApp,
  path: string,
  headers: Record<string, string> = {},
): Promise<HttpAnswer<unknown>> {
  return callerAt(running.address, null, headers).get(path);
}

/** A section of a page as text: what is under the heading with this id, a line for each element. */
export function sectionOf(html: string, id: string): string[] {
  const section = new RegExp(`<section[^>]*aria-labelledby="${id}".*?</section>`, "s").exec(html);
  return linesOf((section?.[0] ?? "").replace(/<h2.*?<\/h2>/s, ""));
}

/** The text of HTML, a line for each element that has some, with narrow spaces made plain. */
export function linesOf(html: string): string[] {
  return html
    .replace(/<style>.*?<\/style>/s, "")
    .split(/<[^>]*>/)
    .map((text) => text.replaceAll("\u202F", " ").trim())
    .filter((text) => text !== "");
}
