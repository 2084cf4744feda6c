import { CHANNELS } from "./channel.ts";
import type { ChannelUse, PlannedReminder } from "./reminder.ts";

/** What a front desk should know of an enrolment that was taken. */
export const WARNING_CODES = [
  "permission_too_early",
  "permission_taken_back",
  "entered_twice",
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

const CHANNEL_WORDS = {
  opted_out: "the patient has stopped these messages, and only the patient can allow them again",
  dead_address: "the number or address is known to take no messages; ask for another",
};

/** What an enrolment means for what the patient has already. */
export interface Beside {
  /** The steps of permissions that went out, are wrong, and that no message takes back. */
  untold: readonly string[];
  /** The steps of those that a message takes back now. */
  takenBack: readonly string[];
  /** Whether the patient has a treatment of the kind at nearly the same time. */
  enteredTwice: boolean;
}

const ALONE: Beside = { untold: [], takenBack: [], enteredTwice: false };

/** What is to be said of a plan beside the plan itself, the gravest first. */
export function warningsOf(
  planned: readonly PlannedReminder[],
  { untold, takenBack, enteredTwice }: Beside = ALONE,
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
  warnOf(
    "permission_taken_back",
    "these permissions of an earlier treatment went out and do not hold any more; the patient gets a " +
      "message that says until when to wait, and should hear it now",
    takenBack,
  );
  if (enteredTwice) {
    const twice =
      "the patient has this treatment at this time already; if it was entered twice, cancel one";
    warn("entered_twice", twice, planned);
  }
  if (planned.every(({ status }) => status === "skipped")) {
    warn("nothing_will_be_sent", "nothing of this treatment will be sent", planned);
  }
  warn(
    "no_consent",
    "the patient did not agree to these messages; they are not sent",
    skipped("no_consent"),
  );
  const met = (use: ChannelUse) =>
    planned.filter(({ trace }) => trace.channels.some((each) => each.use === use));
  for (const use of ["opted_out", "dead_address"] as const) {
    warn(use, CHANNEL_WORDS[use], met(use));
  }
  warn("no_address", missingWords(planned), met("no_address"));
  warn(
    "overlapping_treatment",
    "another treatment of the patient says these in their place, or makes them wait",
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

/** Of texts that were agreed to without a number. */
export const NO_NUMBER = "the patient agreed to texts, but gave no number";

const MISSING = {
  sms: NO_NUMBER,
  email: "the patient agreed to emails, but gave no address",
} as const;

/** What the patient agreed to and gave no address for, and whether the messages go all the same. */
function missingWords(planned: readonly PlannedReminder[]): string {
  const uses = planned.flatMap(({ trace }) => trace.channels);
  const missing = CHANNELS.filter((channel) =>
    uses.some((each) => each.channel === channel && each.use === "no_address"),
  );
  const words = missing.map((channel) => MISSING[channel]);
  const usable = uses.some(({ use }) => use === "usable");
  return [...words, ...(usable ? ["what can go another way does"] : [])].join("; ");
}
