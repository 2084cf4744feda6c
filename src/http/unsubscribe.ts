import rateLimit from "@fastify/rate-limit";
import type { FastifyReply } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { readUnsubscribeToken, type UnsubscribeGrant } from "../content/unsubscribeToken.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { optOut } from "../ledger/optOuts.ts";
import { notFound } from "./problem.ts";

export interface UnsubscribeRoutes {
  ledger: Ledger;
  clock: Clock;
  /** What the links in the messages are signed with. */
  linkKey: string;
}

const WORDS = { sms: "text messages", email: "emails" };

/**
 * Stopping messages from a link. RFC 8058: a GET shows a page and changes nothing, because mail
 * scanners follow links; a POST stops them at once, without signing in.
 */
export const unsubscribeRoutes: FastifyPluginAsyncZod<UnsubscribeRoutes> = async (
  server,
  { ledger, clock, linkKey },
) => {
  // The token says all. RFC 8058 has mail hosts post a form of either kind, which need not be read.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null));
  // By link and not by sender: a mail host posts for all its users, and a proxy for everybody.
  await server.register(rateLimit, {
    max: 60,
    timeWindow: "1 minute",
    keyGenerator: ({ url }) => url.split("?", 1)[0] ?? url,
  });
  const params = z.object({ token: z.string().max(200) });
  const described = { tags: ["patients"], security: [], produces: ["text/html"], params };

  server.route({
    method: "GET",
    url: "/u/:token",
    schema: { summary: "The page that a patient stops messages on", ...described },
    handler(request, reply) {
      const { channel } = grantOf(request.params.token);
      return sendPage(
        reply,
        `Stop these ${WORDS[channel]}?`,
        `<p>You will get no more aftercare ${WORDS[channel]} from your clinic.</p>
         <form method="post"><button>Stop the ${WORDS[channel]}</button></form>`,
      );
    },
  });

  server.route({
    method: "POST",
    url: "/u/:token",
    schema: { summary: "Stop messages at once (RFC 8058)", ...described },
    async handler(request, reply) {
      const grant = grantOf(request.params.token);
      await optOut(ledger, { ...grant, source: "unsubscribe link" }, clock.now());
      return sendPage(
        reply,
        "Stopped",
        `<p>You will get no more aftercare ${WORDS[grant.channel]} from your clinic.</p>`,
      );
    },
  });

  function grantOf(token: string): UnsubscribeGrant {
    const grant = readUnsubscribeToken(token, linkKey);
    if (grant === null) throw notFound("link; it may have been cut short on its way");
    return grant;
  }
};

function sendPage(reply: FastifyReply, title: string, body: string) {
  return reply
    .type("text/html; charset=utf-8")
    .header("x-robots-tag", "noindex")
    .send(
      `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>
`,
    );
}
