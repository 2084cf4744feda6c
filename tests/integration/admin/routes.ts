import fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { adminPages } from "../../../src/admin/admin.ts";
import type { Access } from "../../../src/admin/guard.ts";
import { openLog } from "../../../src/log.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { PUBLIC_URL, type TestApp } from "../../support/app.ts";

/** A route for staff, as the program registers it. */
export interface Route {
  method: string;
  url: string;
  staff: Access;
}

/** Every route for staff: the pages are registered once more, and each says so as it is. */
export async function routesFor({ app, clock }: TestApp): Promise<Route[]> {
  const routes: Route[] = [];
  const server = fastify();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.addHook("onRoute", ({ method, url, config }) => {
    for (const each of [method].flat()) {
      if (each !== "HEAD") routes.push({ method: each, url, staff: config?.staff ?? "anyone" });
    }
  });
  const pages = adminPages({
    ledger: app.ledger,
    content: app.content,
    clock,
    metrics: createMetrics(),
    log: openLog("silent"),
    publicUrl: PUBLIC_URL,
    secret: "a secret of which nothing is signed here",
    oidc: null,
    mailer: null,
    pacing: {},
    providers: { sms: "outbox", email: "outbox" },
    onDue: () => {},
    queuePage: (_server, _options, done) => done(),
  });
  await server.register(pages, { prefix: "/admin" });
  await server.ready();
  await server.close();
  return routes;
}
