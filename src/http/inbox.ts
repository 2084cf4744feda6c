import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { CHANNELS } from "../domain/channel.ts";
import { INBOUND_READINGS } from "../domain/inbound.ts";
import { REMINDER_STATUSES } from "../domain/reminder.ts";
import { handleInbound, type InboxItem, listInbox } from "../ledger/inbox.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { actorOf, callerOf } from "./auth.ts";
import { HttpProblem, notFound } from "./problem.ts";
import { errorsOf, idParams, pageQuery } from "./requests.ts";
import { cursorView } from "./views.ts";

export interface InboxRoutes {
  ledger: Ledger;
  clock: Clock;
  /** Told when something has become due at once. */
  onDue: () => void;
}

const utc = z.iso.datetime();

const inboxItem = z
  .object({
    id: z.uuid(),
    channel: z.enum(CHANNELS),
    from: z.string(),
    text: z.string(),
    reading: z.enum(INBOUND_READINGS),
    alarm: z.boolean(),
    answer: z.string().nullable(),
    receivedAt: utc,
    handledAt: utc.nullable(),
    handledBy: z.string().nullable(),
    patient: z
      .object({
        id: z.uuid(),
        externalId: z.string().nullable(),
        firstName: z.string(),
        permissionsPausedAt: utc.nullable(),
      })
      .nullable(),
    reminder: z
      .object({
        id: z.uuid(),
        treatmentId: z.uuid(),
        step: z.string(),
        status: z.enum(REMINDER_STATUSES),
        dueAt: utc,
      })
      .nullable(),
  })
  .meta({ id: "InboxItem" });

const handledItem = inboxItem
  .extend({
    pauseEnded: z
      .boolean()
      .describe("Whether the pause is over by this call, for all patients whom the alarm paused."),
    openAlarms: z.int().describe("Other alarms, still to be handled, that keep the pause."),
  })
  .meta({ id: "HandledItem" });

/** What patients have written, and marking it as handled. */
export const inboxRoutes: FastifyPluginCallbackZod<InboxRoutes> = (server, parts, done) => {
  const { ledger, clock, onDue } = parts;

  server.route({
    method: "GET",
    url: "/inbox",
    config: { role: "enroll" },
    schema: {
      summary: "List what patients have written, newest first",
      description:
        "`handled=false` is what somebody has to look at: replies, alarms, pictures, and a STOP with " +
        "more in it than that. A bare STOP, START or HELP, or an answer that all is well, is " +
        "handled by the program.",
      tags: ["inbox"],
      querystring: pageQuery.extend({
        handled: z
          .enum(["true", "false"], "must be true or false")
          .transform((text) => text === "true")
          .optional(),
      }),
      response: {
        200: z.object({ items: z.array(inboxItem), nextCursor: z.string().nullable() }),
        ...errorsOf(422),
      },
    },
    async handler(request) {
      const { cursor = null, limit, handled } = request.query;
      const { clinic } = callerOf(request);
      const page = await listInbox(ledger.db, clinic.id, { cursor, limit, handled });
      return { items: page.items.map(inboxView), nextCursor: cursorView(page.next) };
    },
  });

  server.route({
    method: "POST",
    url: "/inbox/:id/handled",
    config: { role: "enroll" },
    schema: {
      summary: "Mark what a patient wrote as handled",
      description:
        "With `resume` (an admin's key only) the permissions go out again of all patients whom the " +
        "alarm paused, except those who have told of another one that is still to be handled: " +
        "`pauseEnded` says whether it is over. Marking it twice changes nothing.",
      tags: ["inbox"],
      params: idParams,
      body: z.strictObject({ resume: z.boolean().default(false) }).nullish(),
      response: { 200: handledItem, ...errorsOf(404, 422) },
    },
    async handler(request) {
      const caller = callerOf(request);
      const resume = request.body?.resume ?? false;
      if (resume && caller.key.role !== "admin") {
        throw new HttpProblem(403, "admin_only", "to resume permissions needs the role admin");
      }
      const { id } = request.params;
      const handling = { clinicId: caller.clinic.id, id, actor: actorOf(caller), resume };
      const item = await handleInbound(ledger, handling, clock.now());
      if (item === undefined) throw notFound("message");
      if (resume) onDue();
      const { pauseEnded, openAlarms, planned: _, ...rest } = item;
      return { ...inboxView(rest), pauseEnded, openAlarms };
    },
  });

  done();
};

function inboxView(item: InboxItem): z.infer<typeof inboxItem> {
  const { clinicId: _, alarmed: __, patient, reminder, ...rest } = item;
  return {
    ...rest,
    receivedAt: item.receivedAt.toISOString(),
    handledAt: item.handledAt?.toISOString() ?? null,
    patient: patient && {
      ...patient,
      permissionsPausedAt: patient.permissionsPausedAt?.toISOString() ?? null,
    },
    reminder: reminder && { ...reminder, dueAt: reminder.dueAt.toISOString() },
  };
}
