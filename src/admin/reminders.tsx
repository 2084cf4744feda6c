import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { renderReminder } from "../content/reminderMessage.ts";
import type { MessageContent } from "../domain/message.ts";
import type { Refusal, RefusalCode } from "../domain/replay.ts";
import { AppError } from "../errors.ts";
import { type ActionName, act, decide } from "../ledger/actions.ts";
import { namesOfActors } from "../ledger/actors.ts";
import { listAttempts } from "../ledger/attempts.ts";
import { loadDeliverables } from "../ledger/deliverables.ts";
import { listReminderEvents } from "../ledger/events.ts";
import { findReminder } from "../ledger/reminders.ts";
import { replacedReminders } from "../ledger/replacements.ts";
import { didPath, didQuery, idParams, reason } from "./acts.ts";
import { type FormProblems, readForm, valuesOf } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { ActPage } from "./reminderActView.tsx";
import { pausesMet } from "./reminderPauses.ts";
import { ReminderPage } from "./reminderView.tsx";
import { keepPrivate, sendPage } from "./send.ts";
import { treatmentOf } from "./treatmentOf.ts";

const ACTIONS = ["cancel", "replay", "send-now"] as const satisfies readonly ActionName[];

/** What is refused because it is so already: doing it twice is the same as once. */
const DONE: Partial<Record<ActionName, RefusalCode>> = {
  cancel: "cancelled",
  "send-now": "already_due",
};

const actParams = idParams.extend({ action: z.enum(ACTIONS) });
const reasonForm = z.object({ reason });

/** One reminder: its message, how it came to its time, what became of it, and what can be done. */
export const reminderRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, onDue } = parts;

  async function reminderOf(request: FastifyRequest, id: string) {
    const { clinic } = placeOf(request);
    const reminder = await findReminder(ledger.db, clinic.id, id);
    if (reminder === undefined) throw noSuch("message");
    return { reminder, ...(await treatmentOf(parts, clinic, reminder.treatmentId)) };
  }

  /** Why something cannot be done with a reminder now; null where it can. */
  async function refusalOf(clinicId: string, id: string, action: ActionName) {
    const asked = { clinicId, action, reason: "", actor: "" };
    const [decided] = await decide(ledger.db, asked, [id], { lock: false }, clock.now());
    return decided?.decision.kind === "refused" ? decided.decision.refusal : null;
  }

  server.route({
    method: "GET",
    url: "/:clinicId/reminders/:id",
    config: { staff: "front_desk" },
    schema: { params: idParams, querystring: didQuery },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic } = place;
      const { id } = request.params;
      const found = await reminderOf(request, id);
      const attempts = await listAttempts(ledger.db, clinic.id, id);
      const events = await listReminderEvents(ledger.db, clinic.id, id);
      const actors = events.map(({ actor }) => actor);
      const names = await namesOfActors(ledger.db, clinic.id, actors);
      const refusals = new Map<ActionName, Refusal | null>();
      for (const action of ACTIONS) refusals.set(action, await refusalOf(clinic.id, id, action));
      const replaces = await replacedReminders(ledger.db, clinic.id, id);
      const planned = await plannedMessage(parts, id);
      const now = clock.now();
      const pauses = await pausesMet(ledger.db, clinic.id, { ...found, attempts, events }, now);
      const shown = {
        ...found,
        attempts,
        events,
        pauses,
        names,
        refusals,
        replaces,
        planned,
        did: request.query,
      };
      return sendPage(reply, <ReminderPage place={place} content={parts.content} {...shown} />);
    },
  });

  async function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, action }: { id: string; action: ActionName },
    problems?: FormProblems,
  ) {
    const place = placeOf(request);
    const found = await reminderOf(request, id);
    const refusal = await refusalOf(place.clinic.id, id, action);
    if (refusal !== null) void reply.code(409);
    const given = valuesOf(request.body)["reason"];
    const shown = { ...found, action, refusal, problems, reason: given };
    return sendPage(reply, <ActPage place={place} {...shown} />);
  }

  server.route({
    method: "GET",
    url: "/:clinicId/reminders/:id/:action",
    config: { staff: "admin" },
    schema: { params: actParams },
    handler: (request, reply) => ask(request, reply, request.params),
  });

  server.route({
    method: "POST",
    url: "/:clinicId/reminders/:id/:action",
    config: { staff: "admin" },
    schema: { params: actParams },
    async handler(request, reply) {
      const place = placeOf(request);
      const { clinic, actor } = place;
      const { id, action } = request.params;
      const found = await reminderOf(request, id);
      const read = readForm(reasonForm, request.body);
      if ("problems" in read) {
        return ask(request, reply.code(422), request.params, read.problems);
      }
      const wanted = { clinicId: clinic.id, id, action, actor, reason: read.value.reason };
      const acted = await act(ledger, wanted, clock.now());
      if (acted === undefined) throw noSuch("message");
      const { refusal, dueNow } = acted;
      if (refusal !== null && refusal.code !== DONE[action]) {
        const shown = { ...found, reminder: acted.reminder, action, refusal };
        return sendPage(reply.code(409), <ActPage place={place} {...shown} />);
      }
      if (dueNow) onDue();
      const path = clinicPath(clinic.id, `reminders/${id}`);
      return keepPrivate(reply).redirect(didPath(path, action, {}), 303);
    },
  });

  done();
};

/**
 * The message as it would go out now, with a link to stop that is only made when it is sent. Null
 * where its words are not there any more.
 */
async function plannedMessage(
  { ledger, content, clock, publicUrl }: AdminParts,
  id: string,
): Promise<MessageContent | null> {
  const [words] = await loadDeliverables(ledger.db, [id], clock.now());
  if (words === undefined) return null;
  try {
    return renderReminder(content, words, {
      publicUrl,
      unsubscribeUrl: () => `${publicUrl}/u/…`,
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "protocol_changed") return null;
    throw error;
  }
}
