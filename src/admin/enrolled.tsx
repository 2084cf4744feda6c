import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { readPhone } from "../domain/phone.ts";
import { WARNING_CODES, type Warning } from "../domain/warnings.ts";
import { listConsents } from "../ledger/consentTexts.ts";
import { findPatient } from "../ledger/patientRecords.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { findTreatment } from "../ledger/treatments.ts";
import { Enrolled, type EnrolledProps } from "./enrolledView.tsx";
import { takesNoTexts } from "./enrolPreview.tsx";
import { placeOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { namesFor } from "./planWords.ts";
import { sendPage } from "./send.ts";

const params = z.object({ clinicId: z.string().max(60), id: z.uuid() });

const query = z.object({
  did: z.enum(["enrolled", "before"]).optional().catch(undefined),
  warn: z.string().max(300).default("").catch(""),
});

/** What an enrolment came to: for the desk, and on paper for the patient. */
export const enrolledRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, content, clock, publicUrl } = parts;

  server.route({
    method: "GET",
    url: "/:clinicId/treatments/:id/enrolled",
    config: { staff: "front_desk", polled: true },
    schema: { params, querystring: query },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, visitor } = place;
      const { did, warn } = request.query;
      const treatment = await findTreatment(ledger.db, clinic.id, request.params.id);
      if (treatment === undefined) throw noSuch("treatment");
      const patient = await findPatient(ledger.db, clinic.id, treatment.patientId);
      if (patient === undefined) throw noSuch("patient");
      const reminders = await listTreatmentReminders(ledger.db, clinic.id, treatment.id);
      const consents = await listConsents(ledger.db, clinic.id, treatment.id);
      const phone = readPhone(patient.phone ?? "", clinic.region);
      const props: EnrolledProps = {
        did,
        clinic,
        treatment,
        patient,
        reminders,
        consents,
        phone: phone?.international ?? patient.phone,
        landline: phone !== null && takesNoTexts(phone),
        warnings: codesIn(warn),
        pageUrl: `${publicUrl}/t/${treatment.pageToken}`,
        now: clock.now(),
        names: namesFor(content, clinic),
      };
      return sendPage(
        reply,
        <Page title="Aftercare plan" place={place} visitor={visitor} current="">
          <Enrolled {...props} />
        </Page>,
      );
    },
  });

  done();
};

function codesIn(warn: string): Warning["code"][] {
  const given = warn.split(".");
  return WARNING_CODES.filter((code) => given.includes(code));
}
