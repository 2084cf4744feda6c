import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { oneLine } from "../domain/text.ts";
import {
  createApiKey,
  generateApiKey,
  getApiKey,
  listApiKeys,
  revokeApiKey,
} from "../ledger/apiKeys.ts";
import { readForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { KeysPage, MadeKey, RevokeKey } from "./keysView.tsx";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage } from "./send.ts";

const keyParams = z.object({ clinicId: z.string(), id: z.uuid() });

const keyForm = z.object({
  label: z.string("is needed").pipe(oneLine(60)),
  role: z.enum(["enroll", "admin"], "choose one"),
});

/** The keys by which a clinic's programs call the API. */
export const keyRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock } = parts;

  server.route({
    method: "GET",
    url: "/:clinicId/keys",
    config: { staff: "admin" },
    schema: { querystring: z.object({ did: z.string().max(20).optional() }) },
    async handler(request, reply) {
      const place = placeOf(request);
      const keys = await listApiKeys(ledger.db, place.clinic.id);
      const revoked = request.query.did === "revoked";
      return sendPage(reply, <KeysPage place={place} keys={keys} revoked={revoked} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/keys",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const clinicId = place.clinic.id;
      const read = readForm(keyForm, request.body);
      if ("problems" in read) {
        const keys = await listApiKeys(ledger.db, clinicId);
        const shown = { values: valuesOf(request.body), problems: read.problems };
        return sendPage(reply.code(422), <KeysPage place={place} keys={keys} {...shown} />);
      }
      const key = { ...read.value, clinicId, secret: generateApiKey() };
      await ledger.db
        .transaction()
        .execute((db) => createApiKey(db, key, place.actor, clock.now()));
      return sendPage(reply, <MadeKey place={place} made={key} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/keys/:id/revoke",
    config: { staff: "admin" },
    schema: { params: keyParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const which = { clinicId: place.clinic.id, id: request.params.id };
      const key = await getApiKey(ledger.db, which);
      if (key === undefined) throw noSuch("key");
      return sendPage(reply, <RevokeKey place={place} apiKey={key} />);
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/keys/:id/revoke",
    config: { staff: "admin" },
    schema: { params: keyParams },
    async handler(request, reply) {
      const { clinic, actor } = placeOf(request);
      const which = { clinicId: clinic.id, id: request.params.id };
      if ((await getApiKey(ledger.db, which)) === undefined) throw noSuch("key");
      // Revoked twice is revoked: whoever asked second sees it so, and the history has it once.
      await ledger.db.transaction().execute((db) => revokeApiKey(db, which, actor, clock.now()));
      return keepPrivate(reply).redirect(`${clinicPath(clinic.id, "keys")}?did=revoked`, 303);
    },
  });

  done();
};
