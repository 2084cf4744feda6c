import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { listFailures } from "../ledger/failures.ts";
import { listUntoldCorrections } from "../ledger/untoldCorrections.ts";
import { dateOf, dayStarts } from "./days.ts";
import { FailuresPage } from "./failuresView.tsx";
import { placeOf } from "./guard.ts";
import type { AdminParts } from "./parts.ts";
import { sendPage } from "./send.ts";

/** How many days back failures are shown. */
export const DAYS_BACK = 30;

/** What did not reach its patient lately, by cause. */
export const failuresRoutes: FastifyPluginCallbackZod<AdminParts> = (
  server,
  { ledger, clock, content },
  done,
) => {
  server.route({
    method: "GET",
    url: "/:clinicId/failures",
    config: { staff: "front_desk" },
    async handler(request, reply) {
      const place = placeOf(request);
      const { id, timeZone } = place.clinic;
      const now = clock.now();
      const [from = now] = dayStarts(now, timeZone, -DAYS_BACK, 1);
      // What is skipped ahead of its time, as by a stop, counts by the time that it would have had.
      const [to = now] = dayStarts(now, timeZone, 1, 1);
      const groups = await listFailures(ledger.db, { clinicId: id, from, to });
      const untold = await listUntoldCorrections(ledger.db, id, now);
      const seen = { groups, untold, since: dateOf(from, timeZone) };
      return sendPage(reply, <FailuresPage place={place} content={content} {...seen} />);
    },
  });
  done();
};
