import multipart from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { VNode } from "preact";
import type { Clock } from "../clock.ts";
import { createImport } from "../ledger/imports.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Place, placeOf } from "./guard.ts";
import { MAX_FILE_BYTES, type ReadFile, readImportFile } from "./importFile.ts";
import { importPath } from "./importView.tsx";
import { keepPrivate, sendPage } from "./send.ts";

interface UploadParts {
  ledger: Ledger;
  clock: Clock;
  /** The page on which a file is brought, with why one was not taken. */
  startPage: (place: Place, refused: string) => Promise<VNode>;
}

/** The only route that takes files, in a scope of its own: no other one reads such forms. */
export const uploadRoute: FastifyPluginAsyncZod<UploadParts> = async (server, parts) => {
  const { ledger, clock, startPage } = parts;
  await server.register(multipart, {
    limits: { fileSize: MAX_FILE_BYTES, files: 1, fields: 2, parts: 3, fieldSize: 1_000 },
    throwFileSizeLimit: false,
  });

  server.route({
    method: "POST",
    url: "/:clinicId/import",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const read = await fileIn(request);
      if ("refused" in read) {
        return sendPage(reply.code(422), await startPage(place, read.refused));
      }
      const { clinic, actor } = place;
      const file = { clinicId: clinic.id, actor, ...read };
      const id = await createImport(ledger, file, clock.now());
      return keepPrivate(reply).redirect(importPath({ clinicId: clinic.id, id }), 303);
    },
  });
};

async function fileIn(request: FastifyRequest): Promise<ReadFile> {
  const none = { refused: "There was none: choose a file first." };
  if (!request.isMultipart()) return none;
  const part = await request.file();
  if (part === undefined) return none;
  const bytes = await part.toBuffer();
  if (part.file.truncated) {
    return {
      refused: "It is larger than 5 MB. Make several files of it, and bring one after the other.",
    };
  }
  if (part.filename === "" && bytes.length === 0) return none;
  return readImportFile(bytes);
}
