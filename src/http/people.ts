import rateLimit from "@fastify/rate-limit";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Content } from "../content/content.ts";
import type { PageWords } from "../content/pageWords.ts";
import { type NoticeKind, noticeHtml } from "./page/notice.tsx";
import { PAGE_CSP } from "./page/style.ts";
import { logFault, notFound, toProblem } from "./problem.ts";

/** The addresses that people open, by how they begin: a refusal there is a page, not JSON. */
const PEOPLE = /^\/[tu]\//;

/**
 * Prepares a plugin whose routes are `/<first>/:token` and below for people who come from a link in
 * a message: every refusal is a page in their language, and a link is answered 60 times a minute.
 * That is by link and not by sender: a mail host posts for all its users, a proxy for everybody.
 */
export async function servePeople(
  server: FastifyInstance,
  first: "t" | "u",
  content: Content,
): Promise<void> {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) logFault(request, error, problem);
    if (problem.status === 503) void reply.header("retry-after", "5");
    return sendNotice(reply, request, content, problem.status);
  });
  await server.register(rateLimit, {
    max: 60,
    timeWindow: "1 minute",
    keyGenerator: ({ url }) => linkOf(url),
  });
  // What is cut in the middle, or has something behind it, is an address that people open, too.
  server.route({
    method: ["GET", "POST"],
    url: `/${first}/*`,
    schema: { hide: true },
    handler: () => {
      throw notFound("link");
    },
  });
}

/** Whether a page is to be answered at this address, whatever is wrong with it. */
export function isForPeople(url: string): boolean {
  return PEOPLE.test(url);
}

/** Answers a request of a person that cannot be answered otherwise, in a language they accept. */
export function sendNotice(
  reply: FastifyReply,
  request: FastifyRequest,
  content: Content,
  status: number,
): FastifyReply {
  const words = acceptedWords(content, request.headers["accept-language"]);
  return sendPage(reply.code(status), noticeHtml(words, noticeOf(status)));
}

/** Sends a page for people: nobody keeps it, lists it, frames it, or learns where it was opened. */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return keepPrivate(reply).type("text/html; charset=utf-8").send(html);
}

/** The headers of everything that a patient's link leads to. */
export function keepPrivate(reply: FastifyReply): FastifyReply {
  return reply
    .header("cache-control", "no-store")
    .header("x-robots-tag", "noindex, nofollow")
    .header("referrer-policy", "no-referrer")
    .header("content-security-policy", PAGE_CSP);
}

function noticeOf(status: number): NoticeKind {
  if (status === 429) return "busy";
  return status >= 500 ? "failed" : "lost";
}

/** The words in the first language of the header (RFC 9110, section 12.5.4) that there are any in. */
function acceptedWords(content: Content, header = ""): PageWords {
  const tags = header
    .split(",")
    .flatMap((part) => /^\s*([A-Za-z]{1,8}(?:-\w{1,8})*)/.exec(part)?.[1] ?? []);
  const found = tags
    .slice(0, 10)
    .map((tag) => ({ tag, words: content.pageWords(tag, tag) }))
    .find(({ tag, words }) => tag.toLowerCase().startsWith(words.locale.toLowerCase()));
  return found?.words ?? content.pageWords("en", "en");
}

/** A link by its token, whatever is asked of it: `/t/abc.ics?x` and `/t/abc/stop` are `/t/abc`. */
function linkOf(url: string): string {
  return /^\/\w+\/[^/?.]*/.exec(url)?.[0] ?? url;
}
