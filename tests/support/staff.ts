import { createInvitation } from "../../src/ledger/invitations.ts";
import type { StaffRole } from "../../src/ledger/tables.ts";
import type { TestApp } from "./app.ts";

/** An answer of the pages for staff. */
export interface PageAnswer {
  status: number;
  headers: Headers;
  /** Where it leads to, where it does. */
  location: string | null;
  html: string;
  /** What a reader sees of it: its text, in a line. */
  text: string;
}

/** Somebody with a browser: keeps cookies, and sends forms as browsers do. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<PageAnswer>;
  /** Sends a form. A field may come several times. */
  post(
    path: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<PageAnswer>;
  /** The cookies, as the next request will carry them. */
  cookies(): string;
}

/** The password of everybody in the tests. */
export const PASSWORD = "correct horse battery staple";

/** Somebody who has not signed in. Nothing is followed, so that a test sees where it leads. */
export function visitorAt(address: string): Visitor {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  async function send(path: string, init: RequestInit): Promise<PageAnswer> {
    const response = await fetch(address + path, {
      ...init,
      redirect: "manual",
      headers: { ...(jar.size > 0 && { cookie: cookies() }), ...(init.headers as object) },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(cookie)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const html = await response.text();
    const { status, headers } = response;
    return { status, headers, location: headers.get("location"), html, text: textOf(html) };
  }
  return {
    cookies,
    get: (path, headers = {}) => send(path, { headers }),
    post(path, fields = {}, headers = {}) {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) {
        for (const each of [value].flat()) body.append(name, each);
      }
      return send(path, { method: "POST", body, headers: { origin: address, ...headers } });
    },
  };
}

/** Somebody who works at a clinic, and what is known of them. */
export interface Member extends Visitor {
  email: string;
  /** The address of a page of their clinic. */
  at(page?: string): string;
}

let people = 0;

/** Lets somebody join a clinic as a person does: by the link of an invitation. They are signed in then. */
export async function joinClinic(
  { app, address, clock }: TestApp,
  clinicId: string,
  role: StaffRole,
  { name = "Robin Vale", operator = false }: { name?: string; operator?: boolean } = {},
): Promise<Member> {
  const email = `staff-${++people}@clinic.example.test`;
  const { token } = await app.ledger.db
    .transaction()
    .execute((db) =>
      createInvitation(db, { clinicId, email, role, operator }, "test", clock.now()),
    );
  const visitor = visitorAt(address);
  const answer = await visitor.post(`/admin/invitation/${token}`, { name, password: PASSWORD });
  if (answer.status !== 303) throw new Error(`not joined: ${answer.status} ${answer.text}`);
  return { ...visitor, email, at: (page = "") => `/admin/${clinicId}${page && `/${page}`}` };
}

/** The text of HTML, with what is in tags left out and spaces made one. */
export function textOf(html: string): string {
  return html
    .replace(/<(style|script|head)\b.*?<\/\1>/gs, " ")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim();
}
