import pLimit, { type LimitFunction } from "p-limit";
import type { Channel } from "../channels/channel.ts";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";

/** Lets so many sends of a process be under way on each channel; what is more waits its turn. */
export type Limits = Readonly<Record<ChannelName, LimitFunction>>;

/** The limits that the channels ask for. */
export function limitsOf(channels: Readonly<Record<ChannelName, Pick<Channel, "atOnce">>>): Limits {
  const limits = CHANNELS.map((name) => [name, pLimit(channels[name].atOnce)] as const);
  return Object.fromEntries(limits) as Record<ChannelName, LimitFunction>;
}
