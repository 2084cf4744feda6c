import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { REMINDER_STATUSES } from "../domain/reminder.ts";
import { listAttempts } from "../ledger/attempts.ts";
import { listReminderEvents } from "../ledger/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { findReminder, listReminders } from "../ledger/reminders.ts";
import { replacedReminders } from "../ledger/replacements.ts";
import { callerOf } from "./auth.ts";
import { notFound } from "./problem.ts";
import { errorsOf, idParams, instant, pageQuery } from "./requests.ts";
import {
  cursorView,
  reminderDetailSchema,
  reminderDetailView,
  reminderSchema,
  reminderView,
} from "./views.ts";

/** Reading reminders. */
export const reminderRoutes: FastifyPluginCallbackZod<{ ledger: Ledger }> = (
  server,
  { ledger },
  done,
) => {
  server.route({
    method: "GET",
    url: "/reminders",
    config: { role: "enroll" },
    schema: {
      summary: "List reminders by due time, earliest first",
      tags: ["reminders"],
      querystring: pageQuery.extend({
        status: z.enum(REMINDER_STATUSES).optional(),
        from: instant.optional(),
        to: instant.optional(),
        patientId: z.uuid("must be an id").optional(),
        treatmentId: z.uuid("must be an id").optional(),
      }),
      response: {
        200: z.object({ items: z.array(reminderSchema), nextCursor: z.string().nullable() }),
        ...errorsOf(422),
      },
    },
    async handler(request) {
      const { cursor = null, limit, status, ...filter } = request.query;
      const page = await listReminders(
        ledger.db,
        callerOf(request).clinic.id,
        { ...filter, ...(status && { status: [status] }) },
        { cursor, limit },
      );
      return { items: page.items.map(reminderView), nextCursor: cursorView(page.next) };
    },
  });

  server.route({
    method: "GET",
    url: "/reminders/:id",
    config: { role: "enroll" },
    schema: {
      summary: "A reminder with its attempts, receipts, events and decision trace",
      tags: ["reminders"],
      params: idParams,
      response: { 200: reminderDetailSchema, ...errorsOf(404) },
    },
    async handler(request) {
      const { clinic } = callerOf(request);
      const reminder = await findReminder(ledger.db, clinic.id, request.params.id);
      if (reminder === undefined) throw notFound("reminder");
      const attempts = await listAttempts(ledger.db, clinic.id, reminder.id);
      const events = await listReminderEvents(ledger.db, clinic.id, reminder.id);
      const replaces = await replacedReminders(ledger.db, clinic.id, reminder.id);
      return reminderDetailView(reminder, replaces, attempts, events);
    },
  });

  done();
};
