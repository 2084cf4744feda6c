import type { ChannelName } from "../domain/channel.ts";
import type { ChannelUse, Trace } from "../domain/reminder.ts";

/** What a treatment says that the traces of its reminders need not repeat. None of it ever changes. */
export interface TraceFacts {
  protocol: { name: string; version: number };
  timeZone: string;
}

/** What is kept of a trace word for word, under the names of which SQL asks for some. */
type Verbatim = Pick<
  Trace,
  | "anchor"
  | "after"
  | "trueAt"
  | "window"
  | "local"
  | "cappedDays"
  | "overridden"
  | "waits"
  | "supersededBy"
  | "retracts"
  | "waitUntil"
>;

/**
 * A trace as the ledger keeps it: there are more of these than of all else, so that what its treatment
 * says, and what is nothing, is left out.
 */
export interface StoredTrace extends Verbatim {
  at?: string;
  /** Whose zone it is, where it is not the clinic's. */
  from?: Trace["timeZoneFrom"];
  /** By how many minutes, and by what; left out where it was not moved. */
  moved?: [minutes: number, by: Trace["movedBy"]];
  /** In order, by blanks: `sms` where it can be used, `email:no_consent` where not. */
  channels: string;
  /** Where they are not what the treatment says. */
  protocol?: Trace["protocol"];
  timeZone?: string;
}

/** A trace of a reminder of the treatment with these facts, as it is kept. */
export function packTrace(trace: Trace, facts: TraceFacts): StoredTrace {
  const { at, protocol, timeZone, timeZoneFrom, movedMinutes, movedBy, channels, ...same } = trace;
  const { name, version } = facts.protocol;
  const isOfTreatment = protocol.name === name && protocol.version === version;
  return {
    ...same,
    ...(at !== null && { at }),
    ...(timeZoneFrom !== "clinic" && { from: timeZoneFrom }),
    ...((movedMinutes !== 0 || movedBy !== "nothing") && { moved: [movedMinutes, movedBy] }),
    ...(!isOfTreatment && { protocol }),
    ...(timeZone !== facts.timeZone && { timeZone }),
    channels: channels
      .map(({ channel, use }) => (use === "usable" ? channel : `${channel}:${use}`))
      .join(" "),
  };
}

/**
 * The trace that was kept of a reminder of the treatment with these facts. A program of before migration
 * 0016 that still runs keeps whole ones: one of these is the trace itself.
 */
export function unpackTrace(stored: StoredTrace | Trace, facts: TraceFacts): Trace {
  if (!isPacked(stored)) return stored;
  const { at = null, from = "clinic", moved = [0, "nothing"], channels, ...rest } = stored;
  const [movedMinutes, movedBy] = moved;
  return {
    protocol: { name: facts.protocol.name, version: facts.protocol.version },
    timeZone: facts.timeZone,
    ...rest,
    at,
    timeZoneFrom: from,
    movedMinutes,
    movedBy,
    channels: channels.split(" ").flatMap((each) => {
      const [channel, use = "usable"] = each.split(":");
      if (channel === undefined || channel === "") return [];
      return [{ channel: channel as ChannelName, use: use as ChannelUse }];
    }),
  };
}

function isPacked(stored: StoredTrace | Trace): stored is StoredTrace {
  return typeof stored.channels === "string";
}
