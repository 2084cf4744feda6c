import { type Command, InvalidArgumentError, Option } from "commander";
import { DateTime } from "luxon";
import { z } from "zod";
import { loadContent } from "../content/content.ts";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import { reachOf } from "../domain/consent.ts";
import { isTimeZone } from "../domain/localTime.ts";
import { planTreatment } from "../domain/plan.ts";
import type { PlannedReminder } from "../domain/reminder.ts";
import {
  DEFAULT_REBOOK_WINDOW,
  DEFAULT_SEND_WINDOW,
  parseSendWindow,
  sendWindowSchema,
} from "../domain/sendWindow.ts";
import { AppError } from "../errors.ts";
import { duration, localTime, say, sayTable } from "./output.ts";

interface PlanOptions {
  at: Date;
  tz: string;
  enrolledAt?: Date;
  window: string;
  channels: ChannelName[];
  json: boolean;
}

/** `aftercare plan`: what a patient would get, and when; nothing is stored or sent. */
export function addPlan(program: Command): void {
  program
    .command("plan")
    .description("show what a patient would get and when; stores and sends nothing")
    .argument("<protocol>", "a protocol of jobs/, such as microneedling")
    .requiredOption("--at <time>", "when the treatment was done, with its offset", instant)
    .requiredOption("--tz <zone>", "the patient's IANA time zone", timeZone)
    .option("--enrolled-at <time>", "when the clinic enrols; at the treatment if left out", instant)
    .option("--window <hours>", "the clinic's send window", hours, DEFAULT_SEND_WINDOW)
    .addOption(
      new Option("--channels <list>", "the patient's channels, preferred first")
        .argParser(channelList)
        .default([...CHANNELS], "sms,email"),
    )
    .option("--json", "print the plan as JSON", false)
    .action(async (name: string, options: PlanOptions) => {
      const reminders = await plan(name, options);
      if (options.json) say(JSON.stringify(reminders, null, 2));
      else sayPlan(reminders, options);
    });
}

async function plan(name: string, options: PlanOptions): Promise<PlannedReminder[]> {
  const { protocols } = await loadContent();
  const protocol = protocols.get(name);
  if (protocol === undefined) {
    const known = [...protocols.keys()].join(", ");
    throw new AppError("usage", `there is no protocol "${name}"; there is: ${known}`);
  }
  const consent = { care: options.channels, rebook: options.channels };
  return planTreatment({
    protocol,
    performedAt: options.at,
    now: options.enrolledAt ?? options.at,
    timeZone: options.tz,
    timeZoneFrom: "patient",
    sendWindow: parseSendWindow(sendWindowSchema.parse(options.window)),
    rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
    channels: options.channels,
    reach: reachOf({ consent, phone: "", email: "", optedOut: [], dead: [] }),
  });
}

function sayPlan(reminders: PlannedReminder[], { at, tz }: PlanOptions): void {
  say(`Treated ${localTime(at, tz)}. Times are the patient's, in ${tz}.\n`);
  sayTable(
    ["sent", "step", "kind", "channel", "after", "elapsed", "why then"],
    reminders.map((reminder) => [
      reminder.status === "scheduled" ? localTime(reminder.dueAt, tz) : "not sent",
      reminder.step,
      reminder.kind,
      reminder.channel,
      reminder.trace.at ? `${reminder.trace.after} at ${reminder.trace.at}` : reminder.trace.after,
      duration(reminder.dueAt.getTime() - at.getTime()),
      why(reminder, tz),
    ]),
  );
}

function why({ status, statusReason, trace }: PlannedReminder, tz: string): string {
  if (status === "skipped") return `skipped: ${statusReason}`;
  if (trace.movedBy === "nothing") return "as it becomes true";
  return `true ${localTime(new Date(trace.trueAt), tz)}, moved by ${trace.movedBy}`;
}

function instant(text: string): Date {
  const read = z.iso.datetime({ offset: true }).safeParse(text);
  if (!read.success) {
    throw new InvalidArgumentError("it must be a time with its offset: 2026-03-06T15:30:00-05:00.");
  }
  return DateTime.fromISO(text).toJSDate();
}

function timeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError("it must be an IANA zone such as America/New_York.");
}

function hours(text: string): string {
  if (sendWindowSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError("it must be hours of one day such as 09:00-20:00.");
}

function channelList(text: string): ChannelName[] {
  const read = z.array(z.enum(CHANNELS)).min(1).safeParse(text.split(","));
  if (read.success) return read.data;
  throw new InvalidArgumentError("it must be sms, email, or both with a comma.");
}
