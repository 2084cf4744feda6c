import type { FastifyReply } from "fastify";
import type { VNode } from "preact";
import { render } from "preact-render-to-string";

/** What a page for staff may load and do: its own files, and forms to this server. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Pico draws its marks as images inside its style sheet.
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The same for a page that shows another of this server's in a frame. */
export const FRAMING = `${CSP}; frame-src 'self'`;

/** What an email may do that is shown in a frame of ours: look as it does, and nothing else. */
const MAIL = [
  "default-src 'none'",
  // Mail programs know styles only where they stand in the email.
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox",
].join("; ");

/** Sends a whole page; nobody keeps it, lists it or frames it. */
export function sendPage(reply: FastifyReply, page: VNode, policy = CSP): FastifyReply {
  return sendHtml(reply, `<!doctype html>\n${render(page)}\n`, policy);
}

/** Sends a finished email, for a frame: it runs nothing, loads nothing and leads nowhere. */
export function sendMail(reply: FastifyReply, html: string): FastifyReply {
  return sendHtml(reply, html, MAIL);
}

/** Sends a part of a page, which htmx puts in its place. */
export function sendPart(reply: FastifyReply, part: VNode): FastifyReply {
  return sendHtml(reply, render(part));
}

/** Gives the browser the cookies that the sign-in library set. */
export function passCookies(reply: FastifyReply, { headers }: { headers: Headers }): void {
  for (const cookie of headers.getSetCookie()) void reply.header("set-cookie", cookie);
}

/** The headers of everything for staff: it shows patients. */
export function keepPrivate(reply: FastifyReply): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("x-robots-tag", "noindex, nofollow")
    .header("referrer-policy", "same-origin")
    .header("content-security-policy", CSP);
}

function sendHtml(reply: FastifyReply, html: string, policy = CSP): FastifyReply {
  return keepPrivate(reply)
    .header("content-security-policy", policy)
    .type("text/html; charset=utf-8")
    .send(html);
}
