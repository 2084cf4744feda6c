import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clinic } from "../ledger/clinics.ts";
import { countFailures, listFailures, listFailuresOf } from "../ledger/failures.ts";
import type { ClinicSpan } from "../ledger/today.ts";
import { listUntoldCorrections } from "../ledger/untoldCorrections.ts";
import { causeField } from "./bulkForm.ts";
import { CausePage } from "./causeView.tsx";
import { dateOf, dayStarts } from "./days.ts";
import { FailuresPage } from "./failuresView.tsx";
import { placeOf } from "./guard.ts";
import { markSchema } from "./listMark.ts";
import type { AdminParts } from "./parts.ts";
import { namesFor } from "./planWords.ts";
import { sendPage } from "./send.ts";

/** How many days back failures are shown. */
export const DAYS_BACK = 30;

/** Messages on one page of a cause. */
const PAGE = 50;

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
      const { clinic } = place;
      const now = clock.now();
      const span = spanShown(clinic, now);
      const groups = await listFailures(ledger.db, span);
      const untold = await listUntoldCorrections(ledger.db, clinic.id, now);
      const seen = { groups, untold, since: dateOf(span.from, clinic.timeZone) };
      return sendPage(reply, <FailuresPage place={place} content={content} {...seen} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/failures/cause",
    config: { staff: "front_desk" },
    schema: { querystring: z.object({ cause: causeField, before: markSchema(z.uuid()) }) },
    async handler(request, reply) {
      const place = placeOf(request);
      const { cause: chosen, before: cursor } = request.query;
      const cause = { status: chosen.status, reason: chosen.reason ?? null };
      const span = spanShown(place.clinic, clock.now());
      const count = await countFailures(ledger.db, span, cause);
      const failures = await listFailuresOf(ledger.db, span, cause, { cursor, limit: PAGE });
      const seen = { cause, count, failures, first: cursor === null };
      return sendPage(
        reply,
        <CausePage place={place} names={namesFor(content, place.clinic)} {...seen} />,
      );
    },
  });
  done();
};

function spanShown({ id, timeZone }: Clinic, now: Date): ClinicSpan {
  const [from = now] = dayStarts(now, timeZone, -DAYS_BACK, 1);
  // What is skipped ahead of its time, as by a stop, counts by the time that it would have had.
  const [to = now] = dayStarts(now, timeZone, 1, 1);
  return { clinicId: id, from, to };
}
