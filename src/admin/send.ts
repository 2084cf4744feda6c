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

/** Sends a whole page; nobody keeps it, lists it or frames it. */
export function sendPage(reply: FastifyReply, page: VNode): FastifyReply {
  return sendHtml(reply, `<!doctype html>\n${render(page)}\n`);
}

/** Sends a part of a page, which htmx puts in its place. */
export function sendPart(reply: FastifyReply, part: VNode): FastifyReply {
  return sendHtml(reply, render(part));
}

/** The headers of everything for staff: it shows patients. */
export function keepPrivate(reply: FastifyReply): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("x-robots-tag", "noindex, nofollow")
    .header("referrer-policy", "same-origin")
    .header("content-security-policy", CSP);
}

function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return keepPrivate(reply).type("text/html; charset=utf-8").send(html);
}
