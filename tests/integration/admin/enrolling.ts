import type { Member, PageAnswer } from "../../support/staff.ts";

/** The plain words of the consents that the form shows. */
export const STOP_WORDS = "I can stop them at any time by replying STOP.";

/** The fields of a form as somebody would fill it in. */
export type Fields = Record<string, string>;

/** Opens the form, and returns its hidden fields with a patient's filled in over them. */
export async function fillIn(desk: Member, fields: Fields = {}): Promise<Fields> {
  const { html } = await desk.get(desk.at());
  const hidden = [...html.matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)?.[1] ?? "",
    /value="([^"]*)"/.exec(tag)?.[1] ?? "",
  ]);
  return {
    ...(Object.fromEntries(hidden) as Fields),
    protocol: "microneedling",
    when: "now",
    firstName: "Wilhelmina",
    careSms: "yes",
    ...fields,
  };
}

let patients = 0;

/** A number of New York that nobody else in the tests has. */
export function anotherPhone(): string {
  return `212555${String(3000 + ++patients)}`;
}

/** Fills the form in and sends it. */
export async function enrolBy(desk: Member, fields: Fields = {}): Promise<PageAnswer> {
  return desk.post(desk.at(), await fillIn(desk, { phone: anotherPhone(), ...fields }));
}

/** The id of the treatment that an answer leads to; fails where it leads to none. */
export function treatmentOf({ status, location, text }: PageAnswer): string {
  const id = /\/treatments\/([0-9a-f-]{36})\/enrolled/.exec(location ?? "")?.[1];
  if (status !== 303 || id === undefined) throw new Error(`not enrolled: ${status} ${text}`);
  return id;
}
