import type { ChannelUse, PlannedReminder } from "./reminder.ts";

/** What a front desk should know of an enrolment that was taken. */
export const WARNING_CODES = [
  "permission_too_early",
  "nothing_will_be_sent",
  "no_consent",
  "opted_out",
  "no_address",
  "dead_address",
  "overlapping_treatment",
  "permissions_paused",
  "daily_cap",
  "entered_late",
] as const;

export interface Warning {
  code: (typeof WARNING_CODES)[number];
  message: string;
  /** The steps that it is about. */
  steps: string[];
}

const CHANNEL_WORDS: Partial<Record<ChannelUse, string>> = {
  opted_out: "the patient has stopped these messages, and only the patient can allow them again",
  no_address: "there is no number or address for some of the consented channels",
  dead_address: "the number or address is known to take no messages; ask for another",
};

/**
 * What is to be said of a plan beside the plan itself, the gravest first. `untold` are the steps of
 * permissions of the patient's treatments that went out, are wrong, and that no message takes back.
 */
export function warningsOf(
  planned: readonly PlannedReminder[],
  untold: readonly string[] = [],
): Warning[] {
  const found: Warning[] = [];
  const warnOf = (code: Warning["code"], message: string, about: readonly string[]) => {
    const steps = [...new Set(about)];
    if (steps.length > 0) found.push({ code, message, steps });
  };
  const warn = (code: Warning["code"], message: string, about: readonly PlannedReminder[]) =>
    warnOf(
      code,
      message,
      about.map(({ step }) => step),
    );
  const skipped = (reason: string) => planned.filter((each) => each.statusReason === reason);

  warnOf(
    "permission_too_early",
    "these permissions went out and are not true, and no message takes them back; tell the patient",
    untold,
  );
  if (planned.every(({ status }) => status === "skipped")) {
    warn("nothing_will_be_sent", "nothing of this treatment will be sent", planned);
  }
  warn(
    "no_consent",
    "the patient did not agree to these messages; they are not sent",
    skipped("no_consent"),
  );
  for (const use of ["opted_out", "no_address", "dead_address"] as const) {
    const met = planned.filter(({ trace }) => trace.channels.some((each) => each.use === use));
    warn(use, CHANNEL_WORDS[use] ?? use, met);
  }
  warn(
    "overlapping_treatment",
    "another treatment of the patient decides when these topics are allowed again",
    planned.filter(({ trace }) => trace.waits !== undefined || trace.supersededBy !== undefined),
  );
  warn(
    "permissions_paused",
    "the patient told of an alarming sign; permissions wait until they are resumed",
    skipped("paused"),
  );
  const crowded = skipped("expired").filter(({ trace }) => trace.cappedDays === null);
  warn("daily_cap", "no day has room for these messages before they are out of date", crowded);
  warn("entered_late", "these messages are out of date already and are not sent", [
    ...skipped("expired").filter((each) => !crowded.includes(each)),
    ...planned.filter(({ statusReason, trace }) => {
      return statusReason === "collapsed" && trace.supersededBy === undefined;
    }),
  ]);
  return found;
}
