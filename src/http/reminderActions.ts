import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import {
  hasCondition,
  NO_CONDITION,
  reminderConditions,
  STATUSES_MEANT,
} from "../domain/reminderFilter.ts";
import type { RefusalCode } from "../domain/replay.ts";
import { type ActionName, act } from "../ledger/actions.ts";
import { actOnMatching } from "../ledger/bulkActions.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { actorOf, callerOf } from "./auth.ts";
import { notFound } from "./problem.ts";
import { actionRefused } from "./refusals.ts";
import { errorsOf, idParams, instant, reasonBody } from "./requests.ts";
import { bulkCursorSchema, bulkCursorView, reminderSchema, reminderView } from "./views.ts";

export interface ReminderActionRoutes {
  ledger: Ledger;
  clock: Clock;
  /** Told when something has become due at once. */
  onDue: () => void;
}

interface Action {
  name: ActionName;
  summary: string;
  bulkSummary: string;
  refusals: string;
  /** What a filter means that names no status. */
  statuses: readonly ReminderStatus[];
}

const ACTIONS: Action[] = [
  {
    name: "cancel",
    summary: "Cancel an unsent reminder",
    bulkSummary: "Cancel all unsent reminders that a filter finds",
    refusals: "409 `already_sending` where it is leaving; 409 `already_ended` where it has.",
    statuses: STATUSES_MEANT.cancel,
  },
  {
    name: "replay",
    summary: "Send again what did not reach the patient",
    bulkSummary: "Replay all reminders that a filter finds",
    refusals:
      "It goes out at the next opening of the send window, by the first channel that can be " +
      "used now. 409 with the code of what forbids it: `already_delivered`, `already_sending`, " +
      "`in_doubt`, `just_sent`, `not_ended`, `cancelled`, `expired`, `opted_out`, `no_consent`, " +
      "`no_address`, `superseded` or `collapsed`.",
    statuses: STATUSES_MEANT.replay,
  },
  {
    name: "send-now",
    summary: "Make a waiting reminder due at once",
    bulkSummary: "Make all waiting reminders that a filter finds due at once",
    refusals:
      "409 with the code of what forbids it: `too_early`, `outside_window`, `expired`, " +
      "`opted_out`, `no_consent`, `no_address`, `cancelled`, `already_sending`, `in_doubt`, " +
      "`already_delivered` or `already_ended`. One that is due already is answered as it is.",
    statuses: STATUSES_MEANT["send-now"],
  },
];

/** What is refused because it is so already: doing it twice is the same as once. */
const DONE: Partial<Record<ActionName, RefusalCode>> = {
  cancel: "cancelled",
  "send-now": "already_due",
};

const filterSchema = z
  .strictObject({ ...reminderConditions, from: instant.optional(), to: instant.optional() })
  .refine(hasCondition, NO_CONDITION);

const LIMIT_WORDS = "must be a whole number from 1 to 10000";

const bulkBody = reasonBody.extend({
  filter: filterSchema,
  dryRun: z.boolean().default(true),
  limit: z.int(LIMIT_WORDS).min(1, LIMIT_WORDS).max(10_000, LIMIT_WORDS).default(1_000),
  cursor: bulkCursorSchema.nullish(),
});

const rest = {
  refused: z.array(z.object({ code: z.string(), count: z.int() })),
  nextCursor: z.string().nullable(),
};

const bulkAnswer = z.discriminatedUnion("dryRun", [
  z.object({ dryRun: z.literal(true), matched: z.int(), wouldChange: z.int(), ...rest }),
  z.object({ dryRun: z.literal(false), matched: z.int(), changed: z.int(), ...rest }),
]);

/** Cancelling, replaying and hurrying reminders, one or all that a filter finds. */
export const reminderActionRoutes: FastifyPluginCallbackZod<ReminderActionRoutes> = (
  server,
  { ledger, clock, onDue },
  done,
) => {
  for (const { name: action, summary, bulkSummary, refusals, statuses } of ACTIONS) {
    server.route({
      method: "POST",
      url: `/reminders/:id/${action}`,
      config: { role: "admin" },
      schema: {
        summary,
        description: refusals,
        tags: ["reminders"],
        params: idParams,
        body: reasonBody,
        response: { 200: reminderSchema, ...errorsOf(404, 409, 422) },
      },
      async handler(request) {
        const caller = callerOf(request);
        const acted = await act(
          ledger,
          {
            clinicId: caller.clinic.id,
            id: request.params.id,
            action,
            reason: request.body.reason,
            actor: actorOf(caller),
          },
          clock.now(),
        );
        if (acted === undefined) throw notFound("reminder");
        const { reminder, refusal, dueNow } = acted;
        if (refusal !== null && refusal.code !== DONE[action]) {
          throw actionRefused(refusal, reminder);
        }
        if (dueNow) onDue();
        return reminderView(reminder);
      },
    });

    server.route({
      method: "POST",
      url: `/reminders/${action}`,
      config: { role: "admin" },
      schema: {
        summary: bulkSummary,
        description:
          "Goes over the whole match, earliest due time first, and changes nothing unless " +
          "`dryRun` is false. It stops after `limit` changes; the same body with `nextCursor` as " +
          "its `cursor` goes on. " +
          `Without \`status\` the filter means ${statuses.join(", ")}.`,
        tags: ["reminders"],
        body: bulkBody,
        response: { 200: bulkAnswer, ...errorsOf(422) },
      },
      async handler(request) {
        const caller = callerOf(request);
        const { filter, reason, dryRun, limit, cursor = null } = request.body;
        const result = await actOnMatching(
          ledger,
          {
            clinicId: caller.clinic.id,
            action,
            filter: { ...filter, status: filter.status ?? statuses },
            reason,
            actor: actorOf(caller),
            dryRun,
            limit,
            cursor,
          },
          clock,
        );
        if (result.dueNow) onDue();
        const refused = [...result.refused].map(([code, count]) => ({ code, count }));
        const common = {
          matched: refused.reduce((sum, { count }) => sum + count, result.changed),
          refused,
          nextCursor: bulkCursorView(result.next),
        };
        return dryRun
          ? { dryRun, wouldChange: result.changed, ...common }
          : { dryRun, changed: result.changed, ...common };
      },
    });
  }

  done();
};
