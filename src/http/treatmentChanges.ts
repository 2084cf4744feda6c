import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { checkCorrection } from "../domain/correction.ts";
import { overrideChanges } from "../domain/enrolment.ts";
import { oneLine } from "../domain/text.ts";
import { cancelTreatment } from "../ledger/cancel.ts";
import { correctTreatment } from "../ledger/correct.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { pinnedProtocol } from "../ledger/protocols.ts";
import { findTreatment } from "../ledger/treatments.ts";
import { actorOf, callerOf } from "./auth.ts";
import { allowOverrides } from "./overrides.ts";
import { HttpProblem, invalidFields, notFound } from "./problem.ts";
import { errorsOf, idParams, instant, reasonBody } from "./requests.ts";
import { enrolledView, reminderSchema, treatmentSchema } from "./views.ts";

export interface TreatmentChangeRoutes {
  ledger: Ledger;
  clock: Clock;
  /** Told where a change has made a reminder due at once. */
  onDue: () => void;
}

const correctionBody = z
  .strictObject({
    performedAt: instant.optional(),
    overrides: overrideChanges.optional(),
    reason: oneLine(500),
  })
  .refine(
    ({ performedAt, overrides }) => performedAt !== undefined || overrides !== undefined,
    "must correct something: performedAt, overrides or both",
  );

/** What became of permissions that are taken back: see the ledger's Retracted. */
const retractedFields = { retracted: z.int(), untold: z.array(z.string()) };

/** Correcting and cancelling treatments. */
export const treatmentChangeRoutes: FastifyPluginCallbackZod<TreatmentChangeRoutes> = (
  server,
  { ledger, clock, onDue },
  done,
) => {
  server.route({
    method: "PATCH",
    url: "/treatments/:id",
    // A permission that a clinician moves later needs no admin; the rest is looked at below.
    config: { role: "enroll" },
    schema: {
      summary: "Correct when a treatment was done, or its overrides",
      description:
        "What is unsent is planned again. A permission that went out and is not true by all of the " +
        "patient's treatments is taken back by a message (`retracted`), once, and sent once more when " +
        "it is; `untold` has the steps that " +
        "no message takes back, so that somebody has to tell the patient. `overrides` has a step's " +
        "new `after`, or null for the protocol's own; steps that it leaves out stay as they are. " +
        "`performedAt`, a permission that comes sooner than its floor, and any other step at another " +
        "time need a key with the role admin.",
      tags: ["treatments"],
      params: idParams,
      body: correctionBody,
      response: {
        200: z.object({
          treatment: treatmentSchema,
          changed: z.int(),
          ...retractedFields,
          reminders: z.array(reminderSchema),
        }),
        ...errorsOf(404, 409, 422),
      },
    },
    async handler(request) {
      const caller = callerOf(request);
      const { performedAt: given, overrides: changes = {}, reason } = request.body;
      const clinicId = caller.clinic.id;
      const { id } = request.params;
      const now = clock.now();
      if (given !== undefined && caller.key.role !== "admin") {
        const detail = "only an admin's key may correct performedAt";
        throw new HttpProblem(403, "admin_only", detail);
      }
      const found = await findTreatment(ledger.db, clinicId, id);
      if (found === undefined) throw notFound("treatment");
      const protocol = await pinnedProtocol(ledger.db, found.protocol);
      const correction = { performedAt: given ?? null, changes };
      const checked = checkCorrection(protocol, correction, found, now);
      if (checked.problems.length > 0) throw invalidFields(checked.problems);
      allowOverrides(caller, checked.beyond, reason);
      const result = await correctTreatment(
        ledger,
        { clinicId, id, ...correction, reason, actor: actorOf(caller) },
        now,
      );
      if (result === undefined) throw notFound("treatment");
      if (result === "cancelled") {
        const detail = "the treatment was cancelled, and that stands; enrol it anew instead";
        throw new HttpProblem(409, "cancelled", detail);
      }
      if (result.dueNow) onDue();
      const { changed: count, retracted, untold } = result;
      return { ...enrolledView(result), changed: count, retracted, untold };
    },
  });

  server.route({
    method: "POST",
    url: "/treatments/:id/cancel",
    config: { role: "admin" },
    schema: {
      summary: "Cancel all of a treatment that is unsent",
      description:
        "`alreadySending` counts the messages that were leaving and could not be stopped. With " +
        "`retract`, each permission that went out is taken back by a message (`retracted`), unless another " +
        "treatment has freed its topics; `untold` has the " +
        "steps that no message takes back, so that somebody has to tell the patient.",
      tags: ["treatments"],
      params: idParams,
      body: reasonBody.extend({ retract: z.boolean().default(false) }),
      response: {
        200: z.object({
          treatment: treatmentSchema,
          cancelled: z.int(),
          alreadySending: z.int(),
          ...retractedFields,
          reminders: z.array(reminderSchema),
        }),
        ...errorsOf(404, 422),
      },
    },
    async handler(request) {
      const caller = callerOf(request);
      const { reason, retract } = request.body;
      const { id } = request.params;
      const result = await cancelTreatment(
        ledger,
        { clinicId: caller.clinic.id, id, reason, retract, actor: actorOf(caller) },
        clock.now(),
      );
      if (result === undefined) throw notFound("treatment");
      const { cancelled, alreadySending, retracted, untold } = result;
      if (retracted > 0) onDue();
      return { ...enrolledView(result), cancelled, alreadySending, retracted, untold };
    },
  });

  done();
};
