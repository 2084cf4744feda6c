import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import { type ReadGrant, readUnsubscribeToken } from "../content/unsubscribeToken.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { optOut } from "../ledger/optingOut.ts";
import { BY_LINK } from "../ledger/optOuts.ts";
import { findAddressee } from "../ledger/patientPages.ts";
import { stopHtml } from "./page/notice.tsx";
import { sendPage, servePeople } from "./people.ts";
import { notFound } from "./problem.ts";

export interface UnsubscribeRoutes {
  ledger: Ledger;
  content: Content;
  clock: Clock;
  /** What the links in the messages are signed with. */
  linkKey: string;
}

/**
 * Stopping messages from a link. RFC 8058: a GET shows a page and changes nothing, because mail
 * scanners follow links; a POST stops them at once, without signing in.
 */
export const unsubscribeRoutes: FastifyPluginAsyncZod<UnsubscribeRoutes> = async (
  server,
  { ledger, content, clock, linkKey },
) => {
  // The token says all. RFC 8058 has mail hosts post a form of either kind, which need not be read.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null));
  await servePeople(server, "u", content);
  const params = z.object({ token: z.string().max(200) });
  const described = { tags: ["patients"], security: [], produces: ["text/html"], params };

  server.route({
    method: "GET",
    url: "/u/:token",
    schema: { summary: "The page that a patient stops messages on", ...described },
    async handler(request, reply) {
      return sendPage(reply, await pageOf(grantOf(request.params.token), false));
    },
  });

  server.route({
    method: "POST",
    url: "/u/:token",
    schema: { summary: "Stop messages at once (RFC 8058)", ...described },
    async handler(request, reply) {
      const grant = grantOf(request.params.token);
      await optOut(ledger, { ...grant, source: BY_LINK }, clock.now());
      return sendPage(reply, await pageOf(grant, true));
    },
  });

  function grantOf(token: string): ReadGrant {
    const grant = readUnsubscribeToken(token, linkKey);
    if (grant === null) throw notFound("link");
    return grant;
  }

  async function pageOf({ patientId, channel }: ReadGrant, done: boolean): Promise<string> {
    const addressee = await findAddressee(ledger.db, patientId);
    if (addressee === undefined) throw notFound("link");
    const { clinic, locale } = addressee;
    const words = content.pageWords(locale ?? clinic.locale, clinic.locale);
    return stopHtml(words, clinic, { channel, done });
  }
};
