import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import { type EnrolmentBody, enrolmentBody, readEnrolment } from "../domain/enrolment.ts";
import type { Clinic } from "../ledger/clinics.ts";
import { type Enrolled, enrol, planEnrolment } from "../ledger/enrol.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { cancelTreatment, findTreatment, listTreatments } from "../ledger/treatments.ts";
import type { Metrics } from "../metrics.ts";
import { actorOf, callerOf } from "./auth.ts";
import { HttpProblem, invalidFields, notFound } from "./problem.ts";
import { errorsOf, idParams, pageQuery, reasonBody } from "./requests.ts";
import {
  cursorView,
  type EnrolledView,
  enrolledSchema,
  plannedSchema,
  plannedView,
  reminderSchema,
  reminderView,
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

/** Enrolling, planning, reading and cancelling treatments. */
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
      response: { 200: enrolledSchema, 201: enrolledSchema, ...errorsOf(409, 413, 422, 503) },
    },
    async handler(request, reply) {
      const caller = callerOf(request);
      const now = clock.now();
      const { protocol, enrolment } = read(request.body, caller.clinic, now);
      const key = request.headers["idempotency-key"];
      const idempotency = key === undefined ? null : { key, body: request.body };
      const result = await enrol(
        ledger,
        { clinic: caller.clinic, keyId: caller.key.id, protocol, enrolment, idempotency },
        now,
        enrolledView,
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
          return reply.code(201).send(result.answer);
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
      response: { 200: z.object({ reminders: z.array(plannedSchema) }), ...errorsOf(413, 422) },
    },
    async handler(request) {
      const { clinic } = callerOf(request);
      const now = clock.now();
      const plan = await planEnrolment(
        ledger.db,
        { clinic, ...read(request.body, clinic, now) },
        now,
      );
      return { reminders: plan.reminders.map((each) => plannedView(each, plan.timeZone)) };
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

  server.route({
    method: "POST",
    url: "/treatments/:id/cancel",
    config: { role: "admin" },
    schema: {
      summary: "Cancel all of a treatment that is unsent",
      description:
        "`alreadySending` counts the messages that were leaving and could not be stopped.",
      tags: ["treatments"],
      params: idParams,
      body: reasonBody,
      response: {
        200: z.object({
          treatment: treatmentSchema,
          cancelled: z.int(),
          alreadySending: z.int(),
          reminders: z.array(reminderSchema),
        }),
        ...errorsOf(404, 422),
      },
    },
    async handler(request) {
      const caller = callerOf(request);
      const result = await cancelTreatment(
        ledger,
        {
          clinicId: caller.clinic.id,
          id: request.params.id,
          reason: request.body.reason,
          actor: actorOf(caller),
        },
        clock.now(),
      );
      if (result === undefined) throw notFound("treatment");
      const { treatment, reminders, cancelled, alreadySending } = result;
      return { ...enrolledView({ treatment, reminders }), cancelled, alreadySending };
    },
  });

  function read(body: EnrolmentBody, clinic: Clinic, now: Date) {
    const { protocols } = content;
    const result = readEnrolment(body, { region: clinic.region, now, protocols });
    if ("problems" in result) throw invalidFields(result.problems);
    const protocol = protocols.get(result.enrolment.protocol);
    if (protocol === undefined) throw notFound("protocol");
    return { protocol, enrolment: result.enrolment };
  }

  done();
};

function enrolledView({ treatment, reminders }: Enrolled): EnrolledView {
  return { treatment: treatmentView(treatment), reminders: reminders.map(reminderView) };
}
