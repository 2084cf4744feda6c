import { z } from "zod";
import { CHANNELS } from "./channel.ts";
import { CANCELLABLE, REMINDER_STATUSES, type ReminderStatus } from "./reminder.ts";
import { oneLine } from "./text.ts";

const status = z.enum(REMINDER_STATUSES);

/** The conditions of a filter by which something is done with many reminders, but for its times. */
export const reminderConditions = {
  status: z
    .union([status, z.array(status).min(1).max(REMINDER_STATUSES.length)], "must be a status")
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional(),
  statusReason: oneLine(100).optional(),
  step: oneLine(60).optional(),
  channel: z.enum(CHANNELS).optional(),
  patientId: z.uuid("must be an id").optional(),
  treatmentId: z.uuid("must be an id").optional(),
};

/** Whether a filter has a condition at all: one that has none would mean all that there is. */
export const hasCondition = (filter: object) =>
  Object.values(filter).some((condition) => condition !== undefined);

export const NO_CONDITION = "must have at least one condition";

/** What a filter without a status means: what can be cancelled, replayed or hurried at all. */
export const STATUSES_MEANT = {
  cancel: CANCELLABLE,
  replay: ["failed", "undelivered", "skipped"],
  "send-now": ["scheduled", "queued"],
} as const satisfies Record<string, readonly ReminderStatus[]>;
