import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import { type EnrolmentBody, enrolmentBody, readEnrolment } from "../domain/enrolment.ts";
import { enrol } from "../ledger/enrol.ts";
import { beyondClinicianAt, planEnrolment } from "../ledger/enrolmentPlan.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { findTreatment, listTreatments } from "../ledger/treatments.ts";
import type { Metrics } from "../metrics.ts";
import { actorOf, type Caller, callerOf } from "./auth.ts";
import { allowOverrides } from "./overrides.ts";
import { HttpProblem, invalidFields, notFound } from "./problem.ts";
import { errorsOf, idParams, pageQuery } from "./requests.ts";
import {
  cursorView,
  type EnrolmentAnswer,
  enrolledSchema,
  enrolledView,
  enrolmentAnswerSchema,
  planAnswerSchema,
  plannedView,
  treatmentSchema,
  treatmentView,
} from "./views.ts";

export interface TreatmentRoutes {
  ledger: Ledger;
  content: Content;
  clock: Clock;
  metrics: Metrics;
  /** Told after an enrolment with something to send at once. */
  onDue: () => void;
}

/** Enrolling, planning and reading treatments. */
export const treatmentRoutes: FastifyPluginCallbackZod<TreatmentRoutes> = (server, parts, done) => {
  const { ledger, content, clock, metrics } = parts;

  server.route({
    method: "POST",
    url: "/treatments",
    config: { role: "enroll" },
    schema: {
      summary: "Enrol a treatment",
      description:
        "Plans and stores all its reminders. With the same Idempotency-Key and body again: 200 " +
        "and the first answer; with the same key and another body: 409.",
      tags: ["treatments"],
      headers: z.object({
        "idempotency-key": z
          .string()
          .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 printable characters without spaces")
          .optional(),
      }),
      body: enrolmentBody,
      response: {
        200: enrolmentAnswerSchema,
        201: enrolmentAnswerSchema,
        ...errorsOf(409, 413, 422, 503),
      },
    },
    async handler(request, reply) {
      const caller = callerOf(request);
      const now = clock.now();
      const { protocol, enrolment } = await read(request.body, caller, now);
      const key = request.headers["idempotency-key"];
      const idempotency = key === undefined ? null : { key, body: request.body };
      const result = await enrol(
        ledger,
        { clinic: caller.clinic, actor: actorOf(caller), protocol, enrolment, idempotency },
        now,
        ({ warnings, ...enrolled }): EnrolmentAnswer => ({ ...enrolledView(enrolled), warnings }),
      );
      switch (result.kind) {
        case "conflict":
          throw new HttpProblem(
            409,
            "idempotency_conflict",
            "this Idempotency-Key was used with another body; use a new key",
          );
        case "repeated":
          return reply.code(200).send(result.answer);
        case "created":
          metrics.enrolments.inc();
          if (result.dueNow) parts.onDue();
          // Made a moment ago by the views, it needs no look at each of its fields by the schema.
          return reply
            .code(201)
            .type("application/json; charset=utf-8")
            .serializer(JSON.stringify)
            .send(result.answer);
      }
    },
  });

  server.route({
    method: "POST",
    url: "/plans",
    config: { role: "enroll" },
    schema: {
      summary: "Plan a treatment without storing it",
      tags: ["treatments"],
      body: enrolmentBody,
      response: { 200: planAnswerSchema, ...errorsOf(413, 422) },
    },
    async handler(request) {
      const caller = callerOf(request);
      const now = clock.now();
      const asked = { clinic: caller.clinic, ...(await read(request.body, caller, now)) };
      const { reminders, warnings, timeZone } = await planEnrolment(ledger.db, asked, now);
      return { reminders: reminders.map((each) => plannedView(each, timeZone)), warnings };
    },
  });

  server.route({
    method: "GET",
    url: "/treatments",
    config: { role: "enroll" },
    schema: {
      summary: "List treatments, newest first",
      tags: ["treatments"],
      querystring: pageQuery.extend({ patientId: z.uuid("must be an id").optional() }),
      response: {
        200: z.object({ items: z.array(treatmentSchema), nextCursor: z.string().nullable() }),
        ...errorsOf(422),
      },
    },
    async handler(request) {
      const { cursor = null, limit, patientId } = request.query;
      const { clinic } = callerOf(request);
      const page = await listTreatments(ledger.db, clinic.id, { cursor, limit, patientId });
      return { items: page.items.map(treatmentView), nextCursor: cursorView(page.next) };
    },
  });

  server.route({
    method: "GET",
    url: "/treatments/:id",
    config: { role: "enroll" },
    schema: {
      summary: "A treatment and its reminders",
      tags: ["treatments"],
      params: idParams,
      response: { 200: enrolledSchema, ...errorsOf(404) },
    },
    async handler(request) {
      const { clinic } = callerOf(request);
      const treatment = await findTreatment(ledger.db, clinic.id, request.params.id);
      if (treatment === undefined) throw notFound("treatment");
      const reminders = await listTreatmentReminders(ledger.db, clinic.id, treatment.id);
      return enrolledView({ treatment, reminders });
    },
  });

  async function read(body: EnrolmentBody, caller: Caller, now: Date) {
    const { protocols } = content;
    const { clinic } = caller;
    const result = readEnrolment(body, { region: clinic.region, now, protocols });
    if ("problems" in result) throw invalidFields(result.problems);
    const { enrolment } = result;
    const protocol = protocols.get(enrolment.protocol);
    if (protocol === undefined) throw notFound("protocol");
    const beyond = await beyondClinicianAt(ledger.db, { clinic, protocol, enrolment });
    allowOverrides(caller, beyond, enrolment.overrideReason);
    return { protocol, enrolment };
  }

  done();
};
