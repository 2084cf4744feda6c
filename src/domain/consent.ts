import type { ChannelName } from "./channel.ts";
import type { Step, StepKind } from "./protocol.ts";
import type { ChannelUse, SkipReason, Trace } from "./reminder.ts";

/** What a patient can agree to be texted for. */
export const PURPOSES = ["care", "rebook"] as const;

export type Purpose = (typeof PURPOSES)[number];

/** For each purpose, whether each channel can be used for this patient. */
export type Reach = Readonly<Record<Purpose, Readonly<Record<ChannelName, ChannelUse>>>>;

/** What decides the reach of a patient. */
export interface ReachInput {
  consent: Readonly<Record<Purpose, readonly ChannelName[]>>;
  phone: string | null;
  email: string | null;
  optedOut: readonly ChannelName[];
  /** Channels on which the patient's number or mailbox is known to take no messages. */
  dead: readonly ChannelName[];
}

/** The purpose that a step's consent must cover: only `rebook` is marketing. */
export function purposeOf(kind: StepKind): Purpose {
  return kind === "rebook" ? "rebook" : "care";
}

/** Which channels may carry what to a patient: an opt-out goes before a consent. */
export function reachOf(input: ReachInput): Reach {
  const use = (purpose: Purpose, channel: ChannelName): ChannelUse => {
    if (input.optedOut.includes(channel)) return "opted_out";
    if (!input.consent[purpose].includes(channel)) return "no_consent";
    const address = channel === "sms" ? input.phone : input.email;
    if (address === null) return "no_address";
    return input.dead.includes(channel) ? "dead_address" : "usable";
  };
  const uses = (purpose: Purpose) => ({ sms: use(purpose, "sms"), email: use(purpose, "email") });
  return { care: uses("care"), rebook: uses("rebook") };
}

/** The channels of one step for one patient, and the reason where there is none. */
export interface ChannelChoice {
  usable: ChannelName[];
  skip: SkipReason | null;
  considered: Trace["channels"];
}

/**
 * Orders a step's channels by the patient's preference, those without one last, and leaves out what
 * cannot be used. A preference is not a consent, and the lack of one is no refusal.
 */
export function chooseChannels(
  step: Pick<Step, "kind" | "channels">,
  preferred: readonly ChannelName[],
  reach: Reach,
): ChannelChoice {
  const uses = reach[purposeOf(step.kind)];
  const considered = [...new Set([...preferred, ...step.channels])]
    .filter((channel) => step.channels.includes(channel))
    .map((channel) => ({ channel, use: uses[channel] }));
  const usable = considered.filter(({ use }) => use === "usable").map(({ channel }) => channel);
  return { usable, skip: usable.length > 0 ? null : skipReason(considered), considered };
}

function skipReason(considered: Trace["channels"]): SkipReason {
  const seen = (use: ChannelUse) => considered.some((entry) => entry.use === use);
  if (seen("opted_out")) return "opted_out";
  return seen("no_address") || seen("dead_address") ? "no_address" : "no_consent";
}
