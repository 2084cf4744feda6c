import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { namesOfActors } from "../ledger/actors.ts";
import { listTreatmentEvents } from "../ledger/events.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { didQuery, idParams } from "./acts.ts";
import { placeOf } from "./guard.ts";
import type { AdminParts } from "./parts.ts";
import { sendPage } from "./send.ts";
import { treatmentOf } from "./treatmentOf.ts";
import { TreatmentPage } from "./treatmentView.tsx";

/** One treatment: its reminders in order of time, what was changed of it, what can be done. */
export const treatmentRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock } = parts;

  server.route({
    method: "GET",
    url: "/:clinicId/treatments/:id",
    config: { staff: "front_desk" },
    schema: { params: idParams, querystring: didQuery },
    async handler(request, reply) {
      const place = placeOf(request);
      const { id } = request.params;
      const found = await treatmentOf(parts, place.clinic, id);
      const reminders = await listTreatmentReminders(ledger.db, place.clinic.id, id);
      const events = await listTreatmentEvents(ledger.db, place.clinic.id, id);
      const actors = events.map(({ actor }) => actor);
      const names = await namesOfActors(ledger.db, place.clinic.id, actors);
      const shown = { ...found, reminders, events, names, did: request.query, now: clock.now() };
      return sendPage(reply, <TreatmentPage place={place} {...shown} />);
    },
  });
  done();
};
