import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { readTypedPatient } from "../domain/patientSearch.ts";
import { newestPatients, type PatientCursor, searchPatients } from "../ledger/patientSearch.ts";
import { readForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import type { AdminParts } from "./parts.ts";
import { FoundPatients, PatientsPage } from "./patientsView.tsx";
import { sendPage, sendPart } from "./send.ts";

/** How many patients a page has. */
const PAGE = 25;

/** The last patient of the page before: by which way it was found, and who it was. */
const cursor = z
  .string()
  .regex(/^\d\.[0-9a-f-]{36}$/)
  .transform((text): PatientCursor => ({ way: Number(text[0]), id: text.slice(2) }))
  .refine(({ id }) => z.uuid().safeParse(id).success);

const searchForm = z.object({
  sought: z
    .string()
    .max(100, "is longer than a name, a number or an address")
    // PostgreSQL stores none of these, so nobody has them.
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must be one line of letters and figures")
    .default(""),
  after: cursor.optional(),
});

/** Looking patients up. What is looked for never stands in an address. */
export const patientsRoutes: FastifyPluginCallbackZod<AdminParts> = (
  server,
  { ledger, content },
  done,
) => {
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    sought: string,
    after: PatientCursor | null,
  ) {
    const place = placeOf(request);
    const { id, region } = place.clinic;
    const page = { cursor: after, limit: PAGE };
    const found =
      sought.trim() === ""
        ? await newestPatients(ledger.db, id, page)
        : await searchPatients(ledger.db, id, readTypedPatient(sought, region), page);
    const shown = { ...found, sought, further: after !== null, protocols: content.protocols };
    return request.headers["hx-request"] === undefined
      ? sendPage(reply, <PatientsPage place={place} {...shown} />)
      : sendPart(reply, <FoundPatients place={place} {...shown} />);
  }

  server.route({
    method: "GET",
    url: "/:clinicId/patients",
    config: { staff: "front_desk" },
    handler: (request, reply) => answer(request, reply, "", null),
  });

  server.route({
    method: "POST",
    url: "/:clinicId/patients",
    config: { staff: "front_desk" },
    async handler(request, reply) {
      const read = readForm(searchForm, request.body);
      if ("value" in read) {
        return answer(request, reply, read.value.sought, read.value.after ?? null);
      }
      const place = placeOf(request);
      const sought = valuesOf(request.body)["sought"] ?? "";
      const nobody = { patients: [], next: null, further: false, protocols: content.protocols };
      void reply.code(422);
      return request.headers["hx-request"] === undefined
        ? sendPage(
            reply,
            <PatientsPage place={place} sought={sought} problems={read.problems} {...nobody} />,
          )
        : sendPart(
            reply,
            <FoundPatients place={place} sought={sought} problems={read.problems} {...nobody} />,
          );
    },
  });

  done();
};
