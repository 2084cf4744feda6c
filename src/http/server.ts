import { isUtf8 } from "node:buffer";
import helmet from "@fastify/helmet";
import underPressure from "@fastify/under-pressure";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { requireKey } from "./auth.ts";
import { type ChannelRoutes, channelRoutes } from "./channels.ts";
import { addDocs } from "./docs.ts";
import { type HealthRoutes, healthRoutes } from "./health.ts";
import { type InboxRoutes, inboxRoutes } from "./inbox.ts";
import { type PatientPageRoutes, patientPageRoutes } from "./patientPage.ts";
import { type PatientRoutes, patientRoutes } from "./patients.ts";
import { isForPeople, sendNotice } from "./people.ts";
import { answerBadAddress, answerProblems, answerUnreadable, HttpProblem } from "./problem.ts";
import { protocolRoutes } from "./protocols.ts";
import { type ReminderActionRoutes, reminderActionRoutes } from "./reminderActions.ts";
import { reminderRoutes } from "./reminders.ts";
import { type TreatmentChangeRoutes, treatmentChangeRoutes } from "./treatmentChanges.ts";
import { type TreatmentRoutes, treatmentRoutes } from "./treatments.ts";
import { type UnsubscribeRoutes, unsubscribeRoutes } from "./unsubscribe.ts";
import { type WebhookRoutes, webhookRoutes } from "./webhooks.ts";

/** A body larger than this is refused. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** A request that takes longer to arrive is refused, so that nobody holds connections for ever. */
const ARRIVAL_MS = 30_000;

/** All that the routes need, from the composition root. */
export type ServerParts = TreatmentRoutes &
  TreatmentChangeRoutes &
  PatientRoutes &
  ChannelRoutes &
  ReminderActionRoutes &
  InboxRoutes &
  HealthRoutes &
  PatientPageRoutes &
  UnsubscribeRoutes &
  WebhookRoutes & {
    log: Log;
    /** Those who may say in X-Forwarded-For for whom they ask. */
    trustedProxies: readonly string[];
    /** The pages for staff, which are put under /admin. */
    admin: FastifyPluginAsync;
  };

/** Builds the HTTP server, ready to listen. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = parts.log;
  const server = fastify({
    loggerInstance,
    // Request lines would carry addresses with tokens in them; `measureRequests` keeps the route.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: parts.trustedProxies.length > 0 && [...parts.trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: ARRIVAL_MS,
    forceCloseConnections: "idle",
    frameworkErrors: (error, request, reply) => {
      if (isForPeople(request.url)) void sendNotice(reply, request, parts.content, 404);
      else answerBadAddress(error, request, reply);
    },
    clientErrorHandler: answerUnreadable,
  });
  answerProblems(server);
  readJsonOnly(server);
  measureRequests(server, parts.metrics);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    // Browsers keep origins apart by themselves, and complain where one page asks and another did not.
    originAgentCluster: false,
  });
  await server.register(underPressure, { maxEventLoopDelay: 5_000, retryAfter: 5 });
  await addDocs(server);
  // Who types the bare address of the server into a browser means the pages for staff.
  server.get("/", { schema: { hide: true } }, ({ headers }, reply) => {
    void reply.header("vary", "accept");
    return headers.accept?.includes("text/html")
      ? reply.redirect("/admin", 303)
      : reply.callNotFound();
  });
  await server.register(async (routes) => {
    routes.setValidatorCompiler(validatorCompiler);
    routes.setSerializerCompiler(serializerCompiler);
    await routes.register(healthRoutes, parts);
    await routes.register(webhookRoutes, { ...parts, prefix: "/webhooks" });
    await routes.register(unsubscribeRoutes, parts);
    await routes.register(patientPageRoutes, parts);
    await routes.register(parts.admin, { prefix: "/admin" });
    await routes.register(
      async (api) => {
        requireKey(api, parts.ledger);
        await api.register(treatmentRoutes, parts);
        await api.register(treatmentChangeRoutes, parts);
        await api.register(patientRoutes, parts);
        await api.register(reminderRoutes, parts);
        await api.register(reminderActionRoutes, parts);
        await api.register(protocolRoutes, parts);
        await api.register(channelRoutes, parts);
        await api.register(inboxRoutes, parts);
      },
      { prefix: "/v1" },
    );
  });
  return server;
}

/**
 * JSON is in UTF-8 (RFC 8259, section 8.1). What is not would be read with a mark in place of each
 * letter that was meant, and patients would find it in their names.
 */
function readJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser("error", "error");
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    "application/json",
    { parseAs: "buffer" },
    (request, body, done) => {
      if (isUtf8(body)) void parse(request, body.toString(), done);
      else done(new HttpProblem(400, "invalid_json", "the body is not in UTF-8"));
    },
  );
}

function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  server.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    const { statusCode } = reply;
    // A page that is kept up to date is open for hours: that is no slow answer.
    const type = reply.getHeader("content-type");
    if (typeof type === "string" && type.startsWith("text/event-stream")) return done();
    const labels = { method: request.method, route, status: String(statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1_000);
    const line = { method: request.method, route, status: statusCode, ms: reply.elapsedTime };
    request.log.debug(line, "answered");
    done();
  });
}
