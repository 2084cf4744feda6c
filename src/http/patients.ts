import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { resumePatient } from "../ledger/resume.ts";
import { actorOf, callerOf } from "./auth.ts";
import { notFound } from "./problem.ts";
import { errorsOf, idParams, reasonBody } from "./requests.ts";

export interface PatientRoutes {
  ledger: Ledger;
  clock: Clock;
  /** Told where something may be due at once. */
  onDue: () => void;
}

/** What can be done with a patient as a whole. */
export const patientRoutes: FastifyPluginCallbackZod<PatientRoutes> = (
  server,
  { ledger, clock, onDue },
  done,
) => {
  server.route({
    method: "POST",
    url: "/patients/:id/resume",
    config: { role: "admin" },
    schema: {
      summary: "Let a patient's permissions go on after an alarming reply",
      description:
        "`planned` counts the messages that were held back and are sent after all; what has gone " +
        "out of date meanwhile stays skipped. Where nothing was paused, nothing changes. The pause " +
        "goes on (`pauseEnded` is false) while alarms of the patient are still to be handled in " +
        "the inbox: `openAlarms` counts them.",
      tags: ["patients"],
      params: idParams,
      body: reasonBody,
      response: {
        200: z.object({
          wasPaused: z.boolean(),
          pauseEnded: z.boolean(),
          openAlarms: z.int(),
          planned: z.int(),
        }),
        ...errorsOf(404, 422),
      },
    },
    async handler(request) {
      const caller = callerOf(request);
      const { id: patientId } = request.params;
      const { reason } = request.body;
      const asked = { clinicId: caller.clinic.id, patientId, reason, actor: actorOf(caller) };
      const resumed = await resumePatient(ledger, asked, clock.now());
      if (resumed === undefined) throw notFound("patient");
      if (resumed.planned > 0) onDue();
      return resumed;
    },
  });

  done();
};
