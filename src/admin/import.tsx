import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { countRows, listToldRows, takeRows } from "../ledger/importRows.ts";
import {
  endImport,
  endStaleImports,
  findImport,
  type Import,
  listImports,
  moveImport,
  setImportSettings,
} from "../ledger/imports.ts";
import { idParams } from "./acts.ts";
import { type FormProblems, type FormValues, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { badRowLines } from "./importBadRows.ts";
import { CheckPage } from "./importCheckView.tsx";
import { ColumnsPage } from "./importColumnsView.tsx";
import { columnsIn, guessedValues, readSettings, timesOf, valuesOfSettings } from "./importForm.ts";
import { Reading } from "./importReading.tsx";
import { uploadRoute } from "./importUpload.tsx";
import { importPath, Progress, ResultPage, StartPage, WorkPage } from "./importView.tsx";
import { confirmWords } from "./importWords.ts";
import { checkSome, enrolSome } from "./importWork.ts";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { keepPrivate, sendPage, sendPart } from "./send.ts";

/** Imports, rows with something to tell and first rows of the file that one page shows. */
const SHOWN_IMPORTS = 20;
const SHOWN_TOLD_ROWS = 100;
const SHOWN_ROWS = 3;

/** Patients and treatments that come as a file: bringing it, reading it, looking at it, enrolling it. */
export const importRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, content, clock } = parts;
  /** The imports that this process is working on: a second page of one waits for the first. */
  const atWork = new Set<string>();

  async function startPage(place: Place, refused?: string) {
    const { id } = place.clinic;
    await endStaleImports(ledger, clock.now(), id);
    const imports = await listImports(ledger.db, id, SHOWN_IMPORTS);
    return <StartPage place={place} imports={imports} refused={refused} />;
  }

  server.register(uploadRoute, { ledger, clock, startPage });

  server.route({
    method: "GET",
    url: "/:clinicId/import",
    config: { staff: "admin" },
    async handler(request, reply) {
      return sendPage(reply, await startPage(placeOf(request)));
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/import/:id",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const file = await importOf(place, request.params.id);
      if (file.state === "columns") return sendPage(reply, await columnsPage(place, file));
      const counts = await countRows(ledger.db, file);
      if (file.state === "checking" || file.state === "running") {
        return sendPage(reply, <WorkPage place={place} import={file} counts={counts} />);
      }
      const asked = { after: 0, limit: SHOWN_TOLD_ROWS };
      const badRows = await listToldRows(ledger.db, file, { state: "bad", ...asked });
      const shown = { place, import: file, badRows };
      if (file.endedAt !== null) return sendPage(reply, <ResultPage {...shown} />);
      const notedRows = await listToldRows(ledger.db, file, { state: "ready", ...asked });
      return sendPage(reply, <CheckPage {...shown} counts={counts} notedRows={notedRows} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/import/:id/columns",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const file = await importOf(place, request.params.id);
      if (!isUnread(file)) return toImport(reply, file);
      return sendPage(reply, await columnsPage(place, file));
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import/:id/columns",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, visitor } = place;
      const file = await importOf(place, request.params.id);
      if (!isUnread(file)) return toImport(reply, file);
      const values = valuesOf(request.body);
      const now = clock.now();
      const read = readSettings(values, {
        import: file,
        times: await timesOf(ledger.db, file, columnsIn(values, file.headers.length)),
        clinicName: clinic.name,
        takenBy: visitor.name,
        protocols: content.protocols,
        now,
      });
      if ("problems" in read) {
        return sendPage(reply.code(422), await columnsPage(place, file, { values, ...read }));
      }
      const { settings } = read;
      const consentText = settings.confirmed === null ? null : confirmWords(clinic.name);
      await setImportSettings(ledger, file, { settings, consentText }, now);
      return toImport(reply, file);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import/:id/reading",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const file = await importOf(place, request.params.id);
      // What was chosen for other columns says nothing of these.
      const { order: _, ...values } = valuesOf(request.body);
      return sendPart(reply, <Reading {...(await columnsShown(place, file, values))} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import/:id/step",
    config: { staff: "admin", polled: true },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const before = await importOf(place, request.params.id);
      await goOn(place, before);
      const file = await importOf(place, before.id);
      if (request.headers["hx-request"] === undefined) return toImport(reply, file);
      if (file.state !== before.state || !isWork(file)) {
        return keepPrivate(reply).header("hx-redirect", importPath(file)).code(204).send();
      }
      return sendPart(reply, <Progress import={file} counts={await countRows(ledger.db, file)} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import/:id/run",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const file = await importOf(placeOf(request), request.params.id);
      const { at = "" } = valuesOf(request.body);
      await moveImport(ledger.db, file, { from: "checked", to: "running", at });
      return toImport(reply, file);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import/:id/cancel",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const file = await importOf(place, request.params.id);
      await endImport(ledger, file, { as: "cancelled", actor: place.actor }, clock.now());
      return toImport(reply, file);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/import/:id/bad.csv",
    config: { staff: "admin" },
    schema: { params: idParams },
    async handler(request, reply) {
      const file = await importOf(placeOf(request), request.params.id);
      if (file.endedAt !== null) throw noSuch("file any more: its import has ended");
      return keepPrivate(reply)
        .type("text/csv; charset=utf-8")
        .header("content-disposition", 'attachment; filename="rows-to-mend.csv"')
        .send(Readable.from(badRowLines(ledger.db, file)));
    },
  });

  async function importOf({ clinic }: Place, id: string): Promise<Import> {
    await endStaleImports(ledger, clock.now(), clinic.id);
    const file = await findImport(ledger.db, clinic.id, id);
    if (file === undefined) throw noSuch("import");
    return file;
  }

  async function goOn({ clinic, actor }: Place, file: Import): Promise<void> {
    if (atWork.has(file.id)) return;
    atWork.add(file.id);
    try {
      const job = { import: file, clinic, actor };
      if (file.state === "checking") await checkSome(parts, job);
      if (file.state === "running") await enrolSome(parts, job);
    } finally {
      atWork.delete(file.id);
    }
  }

  async function columnsPage(
    place: Place,
    file: Import,
    sent?: { values: FormValues; problems: FormProblems },
  ) {
    const { headers, settings } = file;
    const start =
      settings === null ? guessedValues(headers, content.protocols) : valuesOfSettings(settings);
    const shown = await columnsShown(place, file, sent?.values ?? start);
    return <ColumnsPage {...shown} problems={sent?.problems} />;
  }

  async function columnsShown(place: Place, file: Import, values: FormValues) {
    const rows = await takeRows(ledger.db, file, "any", SHOWN_ROWS);
    const times = await timesOf(ledger.db, file, columnsIn(values, file.headers.length));
    return { place, import: file, rows, times, content, values, now: clock.now() };
  }

  done();
};

/** Whether it can still be said how the rows are read. */
function isUnread({ state }: Import): boolean {
  return state === "columns" || state === "checking" || state === "checked";
}

function isWork({ state }: Import): boolean {
  return state === "checking" || state === "running";
}

function toImport(reply: FastifyReply, file: Import): FastifyReply {
  return keepPrivate(reply).redirect(importPath(file), 303);
}
