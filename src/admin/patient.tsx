import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { CHANNELS } from "../domain/channel.ts";
import { stopOnWord } from "../ledger/messageChoices.ts";
import { openAlarmsOf } from "../ledger/openAlarms.ts";
import { consentsOf, deadAddressesOf, findPatient, stopsOf } from "../ledger/patientRecords.ts";
import {
  patientAhead,
  patientTimeline,
  TIMELINE_KINDS,
  type TimelineCursor,
} from "../ledger/patientTimeline.ts";
import { resumePatient } from "../ledger/resume.ts";
import { listTreatments } from "../ledger/treatments.ts";
import { didPath, didQuery, idParams, reason } from "./acts.ts";
import { type FormProblems, readForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { noSuch, PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { ResumePage, StopPage } from "./patientActsView.tsx";
import { PatientNews, PatientPage } from "./patientView.tsx";
import { namesFor } from "./planWords.ts";
import { keepPrivate, sendPage, sendPart } from "./send.ts";

/** How many lines of the timeline a page shows, and how many treatments. */
const LINES = 100;
const TREATMENTS = 50;

/** The line after which a page of the timeline begins: its instant, kind and id. */
const beforeLine = z
  .string()
  .max(100)
  .transform((text, context): TimelineCursor => {
    const [at = "", kind, id = ""] = text.split("_");
    const instant = new Date(at);
    const known = TIMELINE_KINDS.find((each) => each === kind);
    if (Number.isNaN(instant.getTime()) || known === undefined || !/^[0-9a-f-]+$/.test(id)) {
      context.addIssue("is no line");
      return z.NEVER;
    }
    return { at: instant, kind: known, id };
  })
  .optional()
  .catch(undefined);

const stopParams = idParams.extend({ channel: z.enum(CHANNELS) });
const reasonForm = z.object({ reason });

/** One patient: who it is, all that was and will be sent, and what can be done. */
export const patientRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, content, onDue } = parts;

  /** The patient of a page, or a refusal. */
  async function patientOf(request: FastifyRequest, id: string) {
    const { clinic } = placeOf(request);
    const patient = await findPatient(ledger.db, clinic.id, id);
    if (patient === undefined) throw noSuch("patient");
    return patient;
  }

  /** All that a page shows of a patient; of the timeline, what is before `before`. */
  async function stateOf(request: FastifyRequest, id: string, before: TimelineCursor | null) {
    const place = placeOf(request);
    const { clinic } = place;
    const patient = await patientOf(request, id);
    const treatments = { patientId: id, cursor: null, limit: TREATMENTS };
    const whose = { clinicId: clinic.id, patientId: id };
    const now = clock.now();
    const found = {
      patient,
      stops: await stopsOf(ledger.db, clinic.id, patient),
      dead: await deadAddressesOf(ledger.db, clinic.id, patient),
      consents: await consentsOf(ledger.db, clinic.id, id),
      openAlarms: (await openAlarmsOf(ledger.db, clinic.id, [id])).length,
      treatments: (await listTreatments(ledger.db, clinic.id, treatments)).items,
      timeline: await patientTimeline(ledger.db, whose, { now, cursor: before, limit: LINES }),
      ahead: before === null ? await patientAhead(ledger.db, whose, { now, limit: LINES }) : [],
    };
    const mark = markOf(found);
    return {
      ...found,
      place,
      names: namesFor(content, clinic),
      earlier: before !== null,
      now,
      mark,
    };
  }

  server.route({
    method: "GET",
    url: "/:clinicId/patients/:id",
    config: { staff: "front_desk" },
    schema: { params: idParams, querystring: didQuery.extend({ before: beforeLine }) },
    async handler(request, reply) {
      const { before = null, ...did } = request.query;
      const state = await stateOf(request, request.params.id, before);
      return sendPage(reply, <PatientPage {...state} did={did} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/patients/:id/news",
    config: { staff: "front_desk", polled: true },
    schema: { params: idParams, querystring: z.object({ seen: z.string().max(100) }) },
    async handler(request, reply) {
      const state = await stateOf(request, request.params.id, null);
      if (state.mark === request.query.seen) return keepPrivate(reply).code(204).send();
      return sendPart(reply, <PatientNews {...state} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/patients/:id/resume",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const patient = await patientOf(request, request.params.id);
      const place = placeOf(request);
      const openAlarms = (await openAlarmsOf(ledger.db, place.clinic.id, [patient.id])).length;
      return sendPage(
        reply,
        <ResumePage place={place} patient={patient} openAlarms={openAlarms} />,
      );
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/patients/:id/resume",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const patient = await patientOf(request, request.params.id);
      const read = readForm(reasonForm, request.body);
      if ("problems" in read) {
        const openAlarms = (await openAlarmsOf(ledger.db, clinic.id, [patient.id])).length;
        const shown = { patient, openAlarms, problems: read.problems };
        const values = valuesOf(request.body);
        return sendPage(
          reply.code(422),
          <ResumePage place={place} {...shown} reason={values["reason"]} />,
        );
      }
      const asked = { clinicId: clinic.id, patientId: patient.id, actor, ...read.value };
      const resumed = await resumePatient(ledger, asked, clock.now());
      if (resumed === undefined) throw noSuch("patient");
      if (resumed.planned > 0) onDue();
      const did = resumed.pauseEnded
        ? "resumed"
        : resumed.openAlarms > 0
          ? "still-paused"
          : "not-paused";
      const n = resumed.pauseEnded ? resumed.planned : resumed.openAlarms;
      const path = clinicPath(clinic.id, `patients/${patient.id}`);
      return keepPrivate(reply).redirect(didPath(path, did, { n }), 303);
    },
  });

  server.route({
    method: ["GET", "POST"],
    url: "/:clinicId/patients/:id/stop/:channel",
    config: { staff: "front_desk" },
    schema: { params: stopParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const { channel } = request.params;
      const patient = await patientOf(request, request.params.id);
      if ((channel === "sms" ? patient.phone : patient.email) === null) throw noAddress();
      const ask = (problems?: FormProblems) => {
        const given = valuesOf(request.body)["reason"];
        const shown = { place, patient, channel, problems, reason: given };
        return sendPage(reply, <StopPage {...shown} />);
      };
      if (request.method !== "POST") return ask();
      const read = readForm(reasonForm, request.body);
      if ("problems" in read) {
        void reply.code(422);
        return ask(read.problems);
      }
      const asked = { clinicId: clinic.id, patientId: patient.id, channel, actor, ...read.value };
      if (!(await stopOnWord(ledger, asked, clock.now()))) {
        throw noAddress();
      }
      const path = clinicPath(clinic.id, `patients/${patient.id}`);
      return keepPrivate(reply).redirect(didPath(path, `stopped-${channel}`, {}), 303);
    },
  });

  done();
};

/** The same for the same state, and for another one another. */
function markOf(state: unknown): string {
  return createHash("sha256").update(JSON.stringify(state)).digest("base64url");
}

function noAddress(): PageProblem {
  const advice = "Nothing is sent on it. Go back to the patient's page.";
  return new PageProblem(409, "The patient has no such address", advice);
}
