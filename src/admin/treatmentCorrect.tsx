import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { type Correction, checkCorrection } from "../domain/correction.ts";
import { refusedOverrides } from "../domain/overrides.ts";
import { type Corrected, correctTreatment, correctWithin } from "../ledger/correct.ts";
import { listTreatmentEvents } from "../ledger/events.ts";
import { listTreatmentReminders } from "../ledger/reminders.ts";
import { tryOut } from "../ledger/tryOut.ts";
import { didPath, idParams } from "./acts.ts";
import { readTime, readUndo, readWait, type Undo, undoOf } from "./correctionForms.ts";
import { PreviewPage } from "./correctionPreview.tsx";
import { TimePage, UndoPage, WaitPage } from "./correctionView.tsx";
import { type FormProblems, type FormValues, type ReadForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { noSuch, PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage } from "./send.ts";
import { type FoundTreatment, treatmentOf } from "./treatmentOf.ts";

/** A correction as a form has it, and why. */
interface Wanted {
  correction: Correction;
  reason: string;
}

/** A way to correct a treatment: its form, and what is read of it. */
interface Way {
  name: "time" | "wait" | "undo";
  staff: "admin" | "front_desk";
  /** The field that a problem of the correction is shown at. */
  field: string;
  read(found: FoundTreatment, body: unknown, undo: Undo | null): ReadForm<Wanted>;
}

const WAYS: Way[] = [
  { name: "time", staff: "admin", field: "at", read: readTime },
  { name: "wait", staff: "front_desk", field: "amount", read: readWait },
  { name: "undo", staff: "admin", field: "", read: readUndo },
];

/** Correcting a treatment: a form, then what would change by it, and only then the change. */
export const treatmentCorrectRoutes: FastifyPluginCallbackZod<AdminParts> = (
  server,
  parts,
  done,
) => {
  const { ledger, clock, onDue } = parts;

  async function load(request: FastifyRequest, id: string) {
    const { clinic } = placeOf(request);
    const found = await treatmentOf(parts, clinic, id);
    if (found.treatment.status === "cancelled") throw cancelled();
    const events = await listTreatmentEvents(ledger.db, clinic.id, id);
    return { found, undo: undoOf(found.treatment, events) };
  }

  function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    way: Way,
    { found, undo }: Awaited<ReturnType<typeof load>>,
    problems?: FormProblems,
  ) {
    const shown = { place: placeOf(request), ...found, values: valuesOf(request.body), problems };
    switch (way.name) {
      case "time":
        return sendPage(reply, <TimePage {...shown} />);
      case "wait":
        return sendPage(reply, <WaitPage {...shown} />);
      case "undo":
        return sendPage(reply, <UndoPage {...shown} undo={undo} />);
    }
  }

  async function foresee(
    request: FastifyRequest,
    reply: FastifyReply,
    way: Way,
    found: FoundTreatment,
    { correction, reason }: Wanted,
    values: FormValues,
  ) {
    const place = placeOf(request);
    const { clinic, actor } = place;
    const { id } = found.treatment;
    const before = await listTreatmentReminders(ledger.db, clinic.id, id);
    const wanted = { clinicId: clinic.id, id, ...correction, reason, actor };
    const now = clock.now();
    const after = await tryOut(ledger, (db) => correctWithin(db, wanted, now));
    if (after === undefined) throw noSuch("treatment");
    if (after === "cancelled") throw cancelled();
    const shown = { ...found, before, after, correction, values, way: way.name, now };
    return sendPage(reply, <PreviewPage place={place} {...shown} />);
  }

  for (const way of WAYS) {
    const url = `/:clinicId/treatments/:id/${way.name}`;

    server.route({
      method: "GET",
      url,
      config: { staff: way.staff },
      schema: { params: idParams },
      async handler(request, reply) {
        return ask(request, reply, way, await load(request, request.params.id));
      },
    });

    server.route({
      method: "POST",
      url,
      config: { staff: way.staff },
      schema: { params: idParams },
      async handler(request, reply) {
        const { clinic, role, actor } = placeOf(request);
        const { id } = request.params;
        const loaded = await load(request, id);
        const { found, undo } = loaded;
        const read = way.read(found, request.body, undo);
        if ("problems" in read) return ask(request, reply.code(422), way, loaded, read.problems);
        const { correction, reason } = read.value;

        const { treatment, protocol } = found;
        const now = clock.now();
        const checked = checkCorrection(protocol, correction, treatment, now);
        const [wrong] = checked.problems;
        if (wrong !== undefined) {
          const problems = { [way.field]: wrong.message };
          return ask(request, reply.code(422), way, loaded, problems);
        }
        const refused = refusedOverrides(checked.beyond, { admin: role === "admin", reason });
        if (refused !== null) {
          const problems = { [way.field]: `only an admin may ${refused.wanted}` };
          return ask(request, reply.code(403), way, loaded, problems);
        }

        const values = valuesOf(request.body);
        if (values["confirmed"] !== "yes") {
          return foresee(request, reply, way, found, read.value, values);
        }
        const wanted = { clinicId: clinic.id, id, ...correction, reason, actor };
        const result = await correctTreatment(ledger, wanted, now);
        if (result === undefined) throw noSuch("treatment");
        if (result === "cancelled") throw cancelled();
        if (result.dueNow) onDue();
        const path = clinicPath(clinic.id, `treatments/${id}`);
        return keepPrivate(reply).redirect(didPath(path, "corrected", factsOf(result)), 303);
      },
    });
  }

  done();
};

function factsOf({ changed, retracted, untold }: Corrected) {
  return { n: changed, retracted, untold: untold.join(",") };
}

function cancelled(): PageProblem {
  const advice = "That stands. If it was done after all, enrol it anew.";
  return new PageProblem(409, "The treatment was cancelled", advice);
}
