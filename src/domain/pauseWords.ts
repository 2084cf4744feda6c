import { CHANNEL_WORDS, type ChannelName } from "./channel.ts";
import type { PastPause } from "./channelState.ts";
import { momentWords } from "./momentWords.ts";
import { localZoneOf, type ReminderStatus, type Trace } from "./reminder.ts";

/** A reminder with the pauses that it met. */
export interface Paused {
  trace: Trace;
  channel: ChannelName;
  status: ReminderStatus;
  expiresAt: Date;
  /** When it was given up; null where that was never, or when it was planned. */
  skippedAt: Date | null;
  /** The pauses of its channel since it was due, earliest first. */
  pauses: readonly PastPause[];
}

const PAUSE_REASONS: Readonly<Record<PastPause["reason"], string>> = {
  provider_down: "the provider could not be reached, or failed",
  account_fault: "the clinic's account or sender was refused",
};

/** The most pauses that are told one by one: a provider may fail every few minutes. */
const MOST_PAUSES = 3;

/** That its channel was paused while it was due, and why. */
export function pauseWords({ trace, channel, pauses, status }: Paused): string[] {
  const zone = localZoneOf(trace);
  const what = CHANNEL_WORDS[channel].first;
  const said = pauses.slice(-MOST_PAUSES).map(({ since, until, reason, code }) => {
    const from = momentWords(since, zone);
    const span =
      until === null
        ? `are paused since ${from}`
        : `were paused from ${from} until ${momentWords(until, zone)}`;
    return `${what} ${span}: ${PAUSE_REASONS[reason]} (${code}).`;
  });
  if (pauses.length > MOST_PAUSES) {
    said.unshift(`${what} were paused ${pauses.length} times while it was due, the last times so:`);
  }
  const waits = status === "scheduled" || status === "queued";
  if (waits && pauses.at(-1)?.until === null) said.push("It waits for that to end.");
  return said;
}

/** That a reminder was out of date before it could go, and whether it had waited for its channel. */
export function staleWords({ trace, pauses, skippedAt, expiresAt }: Paused): string[] {
  if (pauses.length === 0 || skippedAt === null) {
    return ["It is not sent: at the next hour at which it may be sent it is out of date."];
  }
  const stale = momentWords(expiresAt, localZoneOf(trace));
  return expiresAt <= skippedAt
    ? [`It waited for that, and went out of date at ${stale}: it is not sent.`]
    : [
        `It waited for that; at the next hour at which it may be sent, it is out of date (from ${stale} on).`,
      ];
}
