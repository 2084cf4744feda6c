import { z } from "zod";
import { CHANNELS } from "../domain/channel.ts";
import { REMINDER_STATUSES } from "../domain/reminder.ts";
import { hasCondition, reminderConditions, STATUSES_MEANT } from "../domain/reminderFilter.ts";
import { oneLine } from "../domain/text.ts";
import type { BulkCursor } from "../ledger/bulkActions.ts";
import type { ReminderFilter } from "../ledger/reminders.ts";
import { startOfDate } from "./days.ts";

/** What can be done with many reminders at once. */
export const BULK_ACTIONS = ["replay", "cancel"] as const;

export type BulkAction = (typeof BULK_ACTIONS)[number];

const date = z.iso.date("must be a date").optional();

/** A status and a reason in one word, as the choice of a cause sends it: `failed.30003`. */
export const causeField = z
  .string()
  .max(120)
  .transform((text, ctx) => {
    const dot = text.indexOf(".");
    const [status, reason] = dot < 0 ? [text, ""] : [text.slice(0, dot), text.slice(dot + 1)];
    const read = z
      .object({ status: z.enum(REMINDER_STATUSES), reason: reminderConditions.statusReason })
      .safeParse({ status, reason: reason === "" ? undefined : reason });
    if (read.success) return read.data;
    ctx.addIssue({ code: "custom", message: "is not a cause of this list" });
    return z.NEVER;
  });

const fields = {
  action: z.enum(BULK_ACTIONS, "must be to replay or to cancel"),
  cause: causeField.optional(),
  step: reminderConditions.step,
  channel: z.enum(CHANNELS, "must be a channel of this list").optional(),
  from: date,
  to: date,
};

/** The form in which somebody says what is to be done with which reminders, and why. */
export const bulkForm = z
  .object({ ...fields, reason: oneLine(500) })
  .refine(
    ({ cause, step, channel, from, to }) => hasCondition({ cause, step, channel, from, to }),
    {
      message:
        "Choose at least one condition: without one it would mean every message of the clinic.",
      path: [""],
    },
  )
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: "must not be before the first day",
    path: ["to"],
  });

export type BulkForm = z.infer<typeof bulkForm>;

/** What a link to the form has filled in. */
export const bulkQuery = z.object({
  action: z.enum(BULK_ACTIONS).default("replay"),
  cause: z.string().max(120).optional(),
  from: date,
});

const count = z.coerce.number().int().min(0).max(100_000_000);

/** How far a run is: what was shown before it began, and what came of it by now. */
export const runForm = z.object({
  began: z.iso.datetime(),
  at: z.iso.datetime(),
  id: z.uuid(),
  matched: count,
  done: count.default(0),
  refused: z
    .string()
    .max(1_000)
    .regex(/^[a-z_]+:\d{1,9}(,[a-z_]+:\d{1,9})*$/)
    .optional(),
});

/** A run of an act on many reminders, between two batches. */
export interface Run {
  cursor: BulkCursor;
  /** How many reminders the choice had found before the run. */
  matched: number;
  done: number;
  refused: Map<string, number>;
}

/** Where a run begins: only what has not changed since `began` is moved, whoever presses how often. */
export function firstCursor(began: Date): BulkCursor {
  return { began, last: { at: new Date(0), id: "00000000-0000-0000-0000-000000000000" } };
}

/** The hidden fields that carry a run to its next batch. */
export function runFields({ cursor, matched, done, refused }: Run): Record<string, string> {
  const { began, last } = cursor;
  return {
    began: began.toISOString(),
    at: last.at.toISOString(),
    id: last.id,
    matched: String(matched),
    done: String(done),
    refused: [...refused].map(([code, times]) => `${code}:${times}`).join(","),
  };
}

/** The run that such fields carry. */
export function runOf({ began, at, id, ...rest }: z.infer<typeof runForm>): Run {
  const pairs = (rest.refused ?? "").split(",").filter((pair) => pair !== "");
  const refused = pairs.map((pair): [string, number] => {
    const [code = "", times] = pair.split(":");
    return [code, Number(times)];
  });
  const cursor = { began: new Date(began), last: { at: new Date(at), id } };
  return { cursor, matched: rest.matched, done: rest.done, refused: new Map(refused) };
}

/** The reminders that a form means; its days are those of `zone`, the last one included. */
export function filterOf(form: BulkForm, zone: string): ReminderFilter {
  const { action, cause: chosen, step, channel, from, to } = form;
  const next = (day: string) => {
    const after = new Date(`${day}T00:00:00Z`);
    after.setUTCDate(after.getUTCDate() + 1);
    return after.toISOString().slice(0, 10);
  };
  return {
    status: chosen === undefined ? STATUSES_MEANT[action] : [chosen.status],
    statusReason: chosen?.reason,
    step,
    channel,
    from: from === undefined ? undefined : startOfDate(from, zone),
    to: to === undefined ? undefined : startOfDate(next(to), zone),
  };
}
