import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clinic } from "../ledger/clinics.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { countOpenAlarms } from "../ledger/openAlarms.ts";
import { isOperator, type Membership, membershipsOf } from "../ledger/staff.ts";
import type { StaffRole } from "../ledger/tables.ts";
import { type Accounts, refusalOf } from "./accounts.ts";
import { noSuch, PageProblem } from "./pageProblem.ts";
import { SIGN_IN, safeNext } from "./paths.ts";
import { passCookies } from "./send.ts";

declare module "fastify" {
  interface FastifyRequest {
    visitor: Visitor | null;
    place: Place | null;
  }
  interface FastifyContextConfig {
    /** Who may see a page for staff; every route under /admin sets it. */
    staff?: Access;
    /** A page that is left open asks for it by itself, which is nobody coming back. */
    polled?: boolean;
  }
}

/**
 * Whom a page is for: whoever comes, whoever is signed in, those who work at the clinic in its address
 * (and admins only, for `admin`), those who look after the installation.
 */
export type Access = "anyone" | "signed in" | StaffRole | "operator";

/** Somebody who is signed in. */
export interface Visitor {
  id: string;
  name: string;
  email: string;
  twoFactor: boolean;
  operator: boolean;
  memberships: Membership[];
}

/** The clinic that a page is of, and who is asking as what. */
export interface Place {
  clinic: Clinic;
  role: StaffRole;
  visitor: Visitor;
  /** The visitor as the history names them. */
  actor: string;
  /** Whether a channel has no provider, so that its messages are kept in the outbox. */
  outbox: boolean;
  /** Alarms of the clinic that nobody has handled yet: the menu says so on every page. */
  openAlarms: number;
}

export interface GuardOptions {
  ledger: Ledger;
  accounts: Accounts;
  publicUrl: string;
  /** Whether a channel has no provider. */
  outbox: boolean;
}

/** What it takes to know whose session a request has. */
export type SessionParts = Pick<GuardOptions, "ledger" | "accounts">;

/** Lets nobody into the routes of `server` for whom they are not, and no form from another site. */
export function guard(server: FastifyInstance, options: GuardOptions): void {
  server.decorateRequest("visitor", null);
  server.decorateRequest("place", null);
  server.addHook("onRoute", (route) => {
    if (route.config?.staff === undefined) throw new Error(`nobody said whom ${route.url} is for`);
    route.schema = { ...route.schema, hide: true };
  });
  server.addHook("onRequest", async (request, reply) => {
    refuseForeign(request, options.publicUrl);
    const { staff = "operator", polled = false } = request.routeOptions.config;
    if (staff === "anyone" && !request.is404) return;
    const { visitor, headers } = await sessionOf(request, options, { disableRefresh: polled });
    passCookies(reply, { headers });
    if (visitor === null) return request.is404 ? undefined : askToSignIn(request, reply);
    request.visitor = visitor;
    const { clinicId } = (request.params ?? {}) as { clinicId?: string };
    const membership = visitor.memberships.find(({ clinic }) => clinic.id === clinicId);
    // Whoever works at one clinic finds the way back to it on every page, and on every refusal.
    const [only, ...others] = visitor.memberships;
    const shown = membership ?? (others.length === 0 ? only : undefined);
    if (shown !== undefined) request.place = await placeIn(shown, visitor);
    if (request.is404 || staff === "signed in") return;
    if (staff === "operator") {
      if (!visitor.operator) throw onlyFor("those who look after this installation");
      return;
    }
    if (membership === undefined) throw noSuch("clinic among yours");
    if (staff === "admin" && membership.role !== "admin") throw onlyFor("the clinic's admins");
  });

  async function placeIn(membership: Membership, visitor: Visitor): Promise<Place> {
    const { ledger, outbox } = options;
    const openAlarms = await countOpenAlarms(ledger.db, membership.clinic.id);
    return { ...membership, visitor, actor: `staff:${visitor.id}`, outbox, openAlarms };
  }
}

/** The visitor of a page that asks for somebody who is signed in. */
export function visitorOf(request: FastifyRequest): Visitor {
  if (request.visitor === null) throw new Error("a page for anyone asked for its visitor");
  return request.visitor;
}

/** The clinic of a page, and who is asking. */
export function placeOf(request: FastifyRequest): Place {
  if (request.place === null) throw new Error("a page of no clinic asked for its clinic");
  return request.place;
}

/** The headers of a request as the sign-in library reads them. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const name of ["cookie", "user-agent"] as const) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/**
 * Whether who opened a page of a clinic may still see it. Looking does not make the session last
 * longer: a page that is left open is nobody coming back.
 */
export async function isStillWelcome(
  request: FastifyRequest,
  options: SessionParts,
): Promise<boolean> {
  const { clinic } = placeOf(request);
  const { visitor } = await sessionOf(request, options, { disableRefresh: true });
  return visitor?.memberships.some((each) => each.clinic.id === clinic.id) ?? false;
}

/** Who is asking, and the headers by which the browser learns that the session lasts longer. */
interface Session {
  visitor: Visitor | null;
  headers: Headers;
}

const NO_SESSION: Session = { visitor: null, headers: new Headers() };

async function sessionOf(
  request: FastifyRequest,
  { ledger, accounts }: SessionParts,
  query: { disableRefresh: boolean },
): Promise<Session> {
  if (request.headers.cookie === undefined) return NO_SESSION;
  const asked = { headers: headersOf(request), query, returnHeaders: true as const };
  const found = await accounts.api.getSession(asked).catch((error) => {
    if (refusalOf(error) === null) throw error;
    return null;
  });
  if (!found?.response) return NO_SESSION;
  const { id, name, email, twoFactorEnabled } = found.response.user;
  const visitor = {
    id,
    name,
    email,
    twoFactor: twoFactorEnabled === true,
    operator: await isOperator(ledger.db, id),
    memberships: await membershipsOf(ledger.db, id),
  };
  return { visitor, headers: found.headers };
}

/**
 * Refuses what another site made a browser send. Browsers tell (Fetch Metadata, and Origin as in RFC
 * 6454); what tells neither is no browser, and has no cookie that it did not get here.
 */
function refuseForeign({ method, headers }: FastifyRequest, publicUrl: string): void {
  if (method === "GET" || method === "HEAD") return;
  const site = headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  const { origin, host } = headers;
  if (site === undefined && origin === undefined) return;
  const own = URL.canParse(origin ?? "") ? new URL(origin ?? "") : null;
  if (site === undefined && own !== null) {
    if (own.host === host || own.origin === new URL(publicUrl).origin) return;
  }
  throw new PageProblem(
    403,
    "This came from another site",
    "Open the page here and send it from there.",
  );
}

/** A reader comes back to the page after signing in; what was sent has to be sent again. */
function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const reading = request.method === "GET" || request.method === "HEAD";
  const next = safeNext(reading || isByPage(request) ? pageOf(request) : undefined);
  const target = next === "/admin" ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(next)}`;
  if (isByPage(request)) {
    return reply.code(401).header("hx-redirect", target).send();
  }
  if (reading) return reply.redirect(target, 303);
  throw new PageProblem(
    401,
    "You are signed out",
    "Nothing was done. Sign in, and send the form again.",
  );
}

/** Whether a page asks for a part of itself. */
function isByPage({ headers }: FastifyRequest): boolean {
  return headers["hx-request"] !== undefined;
}

/** The path of the page that somebody sees, whatever part of it was asked for. */
function pageOf(request: FastifyRequest): string {
  const shown = request.headers["hx-current-url"];
  if (isByPage(request) && typeof shown === "string" && URL.canParse(shown)) {
    return new URL(shown).pathname;
  }
  return request.url.split("?")[0] ?? "";
}

function onlyFor(whom: string): PageProblem {
  return new PageProblem(403, "This is not for you", `It is for ${whom}. Ask one of them.`);
}
