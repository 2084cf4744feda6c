import type { ChannelName } from "./domain/channel.ts";
import type { PauseChange } from "./ledger/channelStates.ts";
import type { ReachedCap } from "./ledger/senders.ts";
import type { Log } from "./log.ts";
import type { UntakenNotice } from "./queue/notifier.ts";

/** The alert of a paused channel: nothing of this clinic is sent on it until somebody mends it. */
export function tellPause({ clinicId, channel, pause }: PauseChange, log: Log): void {
  const facts = { part: "channels", clinicId, channel };
  if (pause === null) return log.warn(facts, "the channel works again");
  const { reason, code, detail } = pause;
  log.error({ ...facts, reason, code, detail }, "the channel is paused; its reminders wait");
}

/** What is due waits until the sender's last 24 hours have room again. */
export function tellCap(channel: ChannelName, { perDay, goesOnAt }: ReachedCap, log: Log): void {
  const facts = { part: "dispatcher", channel, perDay, goesOnAt: goesOnAt.toISOString() };
  log.warn(facts, "the day's cap is reached; reminders wait");
}

/** Processes that do not read the same queues leave each other's reminders to the rescuer, half a minute late. */
export function tellShards(before: number, shards: number, log: Log): void {
  const words =
    "QUEUE_SHARDS was another number before: what still runs with that one has to be restarted";
  log.warn({ part: "queue", before, shards }, words);
}

/** A clinic that could not be told of something has to be told by somebody. */
export function tellUntaken(
  notice: UntakenNotice,
  words: Record<UntakenNotice["kind"], string>,
  log: Log,
): void {
  const { kind, ...facts } = notice;
  log.error({ part: "notifier", ...facts }, words[kind]);
}

/** Where nobody can be told yet. */
export const STUCK = {
  message: "an alarm reaches nobody: its clinic has no way to be told",
  correction: "a correction reaches nobody: its clinic has no way to be told",
};

/** Where nobody was told in all the time that there was. */
export const LOST = {
  message: "a clinic could not be told what a patient wrote",
  correction: "a clinic could not be told of a correction that did not arrive",
};
