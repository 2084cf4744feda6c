import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { namesOfActors } from "../ledger/actors.ts";
import { cancelTreatment, cancelWithin } from "../ledger/cancel.ts";
import { listTreatmentEvents } from "../ledger/events.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { tryOut } from "../ledger/tryOut.ts";
import { didPath, idParams, reason } from "./acts.ts";
import { CancelledPage, CancelPage } from "./cancelView.tsx";
import { readForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage } from "./send.ts";
import { treatmentOf } from "./treatmentOf.ts";

const cancelForm = z.object({
  reason,
  retract: z.enum(["yes", "no"], "must be chosen"),
});

/** Cancelling a treatment, after saying what that will do. */
export const treatmentCancelRoutes: FastifyPluginCallbackZod<AdminParts> = (
  server,
  parts,
  done,
) => {
  const { ledger, clock, onDue } = parts;

  /** Says what a cancel would come to, with and without messages that take permissions back. */
  async function ask(request: FastifyRequest, reply: FastifyReply, id: string, problems = {}) {
    const place = placeOf(request);
    const { clinic, actor } = place;
    const found = await treatmentOf(parts, clinic, id);
    if (found.treatment.status === "cancelled") {
      const events = await listTreatmentEvents(ledger.db, clinic.id, id);
      const event = events.find(({ type }) => type === "treatment cancelled");
      const names = await namesOfActors(ledger.db, clinic.id, event ? [event.actor] : []);
      return sendPage(
        reply,
        <CancelledPage place={place} {...found} event={event} names={names} />,
      );
    }
    const foresee = (retract: boolean) => {
      const wanted = { clinicId: clinic.id, id, reason: "tried out", actor, retract };
      return tryOut(ledger, (db) => cancelWithin(db, wanted, clock.now()));
    };
    const [quiet, loud] = [await foresee(false), await foresee(true)];
    if (quiet === undefined || loud === undefined) throw noSuch("treatment");
    const reminders = await listTreatmentReminders(ledger.db, clinic.id, id);
    const foreseen = { quiet, loud, reminders };
    const values = valuesOf(request.body);
    return sendPage(
      reply,
      <CancelPage place={place} {...found} {...foreseen} values={values} problems={problems} />,
    );
  }

  server.route({
    method: "GET",
    url: "/:clinicId/treatments/:id/cancel",
    config: { staff: "admin" },
    schema: { params: idParams },
    handler: (request, reply) => ask(request, reply, request.params.id),
  });

  server.route({
    method: "POST",
    url: "/:clinicId/treatments/:id/cancel",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const { clinic, actor } = placeOf(request);
      const { id } = request.params;
      await treatmentOf(parts, clinic, id);
      const read = readForm(cancelForm, request.body);
      if ("problems" in read) return ask(request, reply.code(422), id, read.problems);
      const wanted = { clinicId: clinic.id, id, actor, reason: read.value.reason };
      const retract = read.value.retract === "yes";
      const result = await cancelTreatment(ledger, { ...wanted, retract }, clock.now());
      if (result === undefined) throw noSuch("treatment");
      if (result.retracted > 0) onDue();
      const { cancelled: n, alreadySending: leaving, retracted } = result;
      const facts = { n, leaving, retracted, untold: result.untold.join(",") };
      const path = clinicPath(clinic.id, `treatments/${id}`);
      return keepPrivate(reply).redirect(didPath(path, "cancelled", facts), 303);
    },
  });

  done();
};
