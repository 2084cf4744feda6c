import { z } from "zod";
import { CHANNELS } from "../domain/channel.ts";
import { formatInZone } from "../domain/localTime.ts";
import { STEP_KINDS } from "../domain/protocol.ts";
import {
  CHANNEL_USES,
  type PlannedReminder,
  REMINDER_STATUSES,
  type Trace,
} from "../domain/reminder.ts";
import { WARNING_CODES } from "../domain/warnings.ts";
import type { Attempt } from "../ledger/attempts.ts";
import type { BulkCursor } from "../ledger/bulkActions.ts";
import type { Event } from "../ledger/events.ts";
import type { Cursor } from "../ledger/page.ts";
import type { Reminder } from "../ledger/reminders.ts";
import type { Treatment } from "../ledger/treatments.ts";

const utc = z.iso.datetime();
const channel = z.enum(CHANNELS);

const zoneSchema = z.object({
  timeZone: z.string(),
  timeZoneFrom: z.enum(["patient", "clinic"]),
});

const traceSchema = z
  .object({
    protocol: z.object({ name: z.string(), version: z.int() }),
    anchor: utc,
    after: z.string(),
    at: z.string().nullable(),
    trueAt: utc,
    ...zoneSchema.shape,
    local: zoneSchema.optional(),
    window: z.string(),
    movedMinutes: z.int(),
    movedBy: z.enum(["nothing", "window", "late enrolment", "late enrolment and window"]),
    cappedDays: z.int().nullable().optional(),
    overridden: z.object({ after: z.string() }).optional(),
    waits: z
      .array(
        z.object({ treatmentId: z.uuid(), protocol: z.string(), topic: z.string(), until: utc }),
      )
      .optional(),
    supersededBy: z
      .array(
        z.object({
          treatmentId: z.uuid(),
          protocol: z.string(),
          step: z.string().nullable(),
          topics: z.array(z.string()),
        }),
      )
      .optional(),
    retracts: z.string().optional(),
    waitUntil: utc.nullable().optional(),
    channels: z.array(z.object({ channel, use: z.enum(CHANNEL_USES) })),
  })
  .meta({ id: "Trace" });

/** A reminder as it would be, before it is stored. */
export const plannedSchema = z
  .object({
    step: z.string(),
    kind: z.enum(STEP_KINDS),
    topics: z.array(z.string()),
    channel,
    dueAt: utc,
    localTime: z.iso.datetime({ offset: true }),
    expiresAt: utc,
    status: z.enum(REMINDER_STATUSES),
    statusReason: z.string().nullable(),
    trace: traceSchema,
  })
  .meta({ id: "PlannedReminder" });

export const reminderSchema = z
  .object({ id: z.uuid(), treatmentId: z.uuid(), patientId: z.uuid() })
  .extend(plannedSchema.shape)
  .extend({ replacedBy: z.uuid().nullable() })
  .meta({ id: "Reminder" });

const attemptSchema = z.object({
  id: z.uuid(),
  dispatchNo: z.int(),
  channel,
  provider: z.string(),
  providerId: z.string().nullable(),
  status: z.string(),
  subject: z.string().nullable(),
  body: z.string().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  startedAt: utc,
  endedAt: utc.nullable(),
  receipts: z.array(z.object({ status: z.string(), code: z.string().nullable(), receivedAt: utc })),
});

const eventSchema = z.object({
  type: z.string(),
  actor: z.string(),
  detail: z.record(z.string(), z.unknown()),
  at: utc,
});

export const reminderDetailSchema = reminderSchema
  .extend({
    replaces: z.array(z.uuid()),
    attempts: z.array(attemptSchema),
    events: z.array(eventSchema),
  })
  .meta({ id: "ReminderDetail" });

export const treatmentSchema = z
  .object({
    id: z.uuid(),
    patientId: z.uuid(),
    protocol: z.object({ name: z.string(), version: z.int() }),
    performedAt: utc,
    timeZone: z.string(),
    channels: z.array(channel),
    overrides: z.record(z.string(), z.string()),
    status: z.enum(["active", "cancelled"]),
    createdAt: utc,
  })
  .meta({ id: "Treatment" });

export const enrolledSchema = z
  .object({ treatment: treatmentSchema, reminders: z.array(reminderSchema) })
  .meta({ id: "Enrolled" });

export type EnrolledView = z.infer<typeof enrolledSchema>;

const warningSchema = z
  .object({ code: z.enum(WARNING_CODES), message: z.string(), steps: z.array(z.string()) })
  .meta({ id: "Warning" });

/** What an enrolment is answered with, and what a front desk should know of it. */
export const enrolmentAnswerSchema = enrolledSchema
  .extend({ warnings: z.array(warningSchema) })
  .meta({ id: "EnrolmentAnswer" });

export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;

/** What a plan that is not stored is answered with. */
export const planAnswerSchema = z.object({
  reminders: z.array(plannedSchema),
  warnings: z.array(warningSchema),
});

/** A planned reminder with its local time in `timeZone`. */
export function plannedView(reminder: PlannedReminder, timeZone: string) {
  return commonView(reminder, timeZone);
}

export function reminderView(reminder: Reminder): z.infer<typeof reminderSchema> {
  return {
    id: reminder.id,
    treatmentId: reminder.treatmentId,
    patientId: reminder.patientId,
    ...commonView(reminder, reminder.timeZone),
    replacedBy: reminder.replacedBy,
  };
}

export function reminderDetailView(
  reminder: Reminder,
  replaces: string[],
  attempts: Attempt[],
  events: Event[],
): z.infer<typeof reminderDetailSchema> {
  return {
    ...reminderView(reminder),
    replaces,
    attempts: attempts.map((attempt) => ({
      ...attempt,
      startedAt: attempt.startedAt.toISOString(),
      endedAt: attempt.endedAt?.toISOString() ?? null,
      receipts: attempt.receipts.map((receipt) => ({
        ...receipt,
        receivedAt: receipt.receivedAt.toISOString(),
      })),
    })),
    events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
  };
}

export function treatmentView(treatment: Treatment): z.infer<typeof treatmentSchema> {
  return {
    id: treatment.id,
    patientId: treatment.patientId,
    protocol: treatment.protocol,
    performedAt: treatment.performedAt.toISOString(),
    timeZone: treatment.timeZone,
    channels: treatment.channels,
    overrides: treatment.overrides,
    status: treatment.status,
    createdAt: treatment.createdAt.toISOString(),
  };
}

export function enrolledView({
  treatment,
  reminders,
}: {
  treatment: Treatment;
  reminders: Reminder[];
}): EnrolledView {
  return { treatment: treatmentView(treatment), reminders: reminders.map(reminderView) };
}

/** Where the next page begins, as an opaque text; null at the end. */
export function cursorView(cursor: Cursor | null): string | null {
  return cursor && opaque(cursor.at.toISOString(), cursor.id);
}

/** A query's `cursor` as `cursorView` made it. */
export const cursorSchema = z.string().transform((text, ctx): Cursor => {
  const [at = "", id = ""] = parts(text);
  const read = z.object({ at: utc, id: z.uuid() }).safeParse({ at, id });
  if (read.success) return { at: new Date(read.data.at), id };
  ctx.addIssue({ code: "custom", message: "is not a cursor of this list; use nextCursor" });
  return z.NEVER;
});

/** Where an operation on many reminders goes on, as an opaque text; null where it is done. */
export function bulkCursorView(cursor: BulkCursor | null): string | null {
  if (cursor === null) return null;
  const { began, last } = cursor;
  return opaque(began.toISOString(), last.at.toISOString(), last.id);
}

/** A body's `cursor` as `bulkCursorView` made it. */
export const bulkCursorSchema = z.string().transform((text, ctx): BulkCursor => {
  const [began = "", at = "", id = ""] = parts(text);
  const read = z.object({ began: utc, at: utc, id: z.uuid() }).safeParse({ began, at, id });
  if (read.success) return { began: new Date(began), last: { at: new Date(at), id } };
  ctx.addIssue({ code: "custom", message: "is not a cursor of this call; use nextCursor" });
  return z.NEVER;
});

const opaque = (...texts: string[]) => Buffer.from(texts.join(" ")).toString("base64url");

const parts = (text: string) => Buffer.from(text, "base64url").toString().split(" ");

/** In the order of the schema: an enrolment's answer is not put in order by it once more. */
function commonView<Status extends string>(
  reminder: (PlannedReminder | Reminder) & { status: Status },
  timeZone: string,
) {
  return {
    step: reminder.step,
    kind: reminder.kind,
    topics: reminder.topics,
    channel: reminder.channel,
    dueAt: reminder.dueAt.toISOString(),
    localTime: formatInZone(reminder.dueAt, timeZone),
    expiresAt: reminder.expiresAt.toISOString(),
    status: reminder.status,
    statusReason: reminder.statusReason,
    trace: traceView(reminder.trace),
  };
}

function traceView(trace: Trace): z.infer<typeof traceSchema> {
  const { local, cappedDays, overridden, waits, supersededBy, retracts, waitUntil } = trace;
  return {
    protocol: trace.protocol,
    anchor: trace.anchor,
    after: trace.after,
    at: trace.at,
    trueAt: trace.trueAt,
    timeZone: trace.timeZone,
    timeZoneFrom: trace.timeZoneFrom,
    ...(local !== undefined && { local }),
    window: trace.window,
    movedMinutes: trace.movedMinutes,
    movedBy: trace.movedBy,
    ...(cappedDays !== undefined && { cappedDays }),
    ...(overridden !== undefined && { overridden }),
    ...(waits !== undefined && { waits }),
    ...(supersededBy !== undefined && { supersededBy }),
    ...(retracts !== undefined && { retracts }),
    ...(waitUntil !== undefined && { waitUntil }),
    channels: trace.channels,
  };
}
