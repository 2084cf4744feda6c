import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { PageProblem } from "./pageProblem.ts";
import type { AdminOptions } from "./parts.ts";
import { QUEUES } from "./paths.ts";
import { keepPrivate } from "./send.ts";

/**
 * What the queue's page may load and do. It is a program of its own, with style sheets in its markup,
 * and asks another host for fonts, which it does without.
 */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Makes everything under the queue's path the operators' alone, whoever registers it; before the
 * guard, which wants to be told of each route whom it is for.
 */
export function keepQueuesForOperators(server: FastifyInstance): void {
  server.addHook("onRoute", (route) => {
    if (route.url !== QUEUES && !route.url.startsWith(`${QUEUES}/`)) return;
    route.config = { ...route.config, staff: "operator" };
  });
}

/** The page that looks into the queue, for those who look after the installation. */
export const queueRoutes: FastifyPluginAsync<Pick<AdminOptions, "queuePage">> = async (
  server,
  { queuePage },
) => {
  server.addHook("onRequest", async ({ method }, reply) => {
    if (method !== "GET" && method !== "HEAD") {
      throw new PageProblem(
        405,
        "The queue can only be looked at",
        "Cancel or replay reminders on their own pages: the queue follows the ledger.",
      );
    }
    keepPrivate(reply).header("content-security-policy", CSP);
  });
  await server.register(queuePage, { prefix: "/queues" });
};
