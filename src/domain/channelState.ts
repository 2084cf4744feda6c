import type { SendOutcome } from "./outcome.ts";

/** Whether a clinic's channel works, as far as its last messages tell; absent where all is well. */
export interface ChannelState {
  /** Messages in a row that its provider failed on. */
  failures: number;
  pause: Pause | null;
}

/** Why nothing is sent on a channel, and what will end that. */
export interface Pause {
  since: Date;
  reason: "account_fault" | "provider_down";
  /** The provider's own code, and what it means; neither holds an address or a text. */
  code: string;
  detail: string;
  /**
   * Whose word ends it. A carrier refuses a sender after the provider has taken and passed on the
   * text, so that only a delivery tells that it does no more.
   */
  endedBy: "answer" | "receipt";
  /** Messages that have tried the channel since, and when the next one may. */
  probes: number;
  probeAt: Date;
}

/** A pause as it is looked back upon; `until` is null while it lasts. */
export interface PastPause {
  since: Date;
  until: Date | null;
  reason: Pause["reason"];
  code: string;
}

/** What one message tells of its channel. */
export type ChannelSign =
  /** The provider took the message. */
  | { kind: "works"; by: "answer" }
  /** A receipt says that a message arrived whose send began then. */
  | { kind: "works"; by: "receipt"; sentAt: Date }
  /** The provider is there, whatever it thinks of this message. */
  | { kind: "answers" }
  | { kind: "fails"; code: string; detail: string }
  | { kind: "accountFault"; code: string; detail: string; by: "answer" | "receipt" };

/** So many failures in a row are the provider's, not the messages'. */
const FAILURES_TO_PAUSE = 5;

/** A paused channel is tried after 15 s, and again after 30 s, a minute … at most 5 minutes. */
export const FIRST_PROBE_S = 15;
export const LONGEST_PROBE_S = 300;

/** What the outcome of a send tells of its channel. */
export function signOf(outcome: SendOutcome): ChannelSign {
  const { kind } = outcome;
  switch (kind) {
    case "sent":
      return { kind: "works", by: "answer" };
    case "unknown":
      return { kind: "fails", code: outcome.code, detail: outcome.detail };
    case "transient": {
      const { code, detail } = outcome;
      return outcome.of === "provider" ? { kind: "fails", code, detail } : { kind: "answers" };
    }
    case "accountFault":
      return { kind, code: outcome.code, detail: outcome.detail, by: "answer" };
    case "rateLimited":
    case "quietHours":
    case "permanent":
      return { kind: "answers" };
  }
}

/** The state of a channel after a sign at `now`; null where all is well. */
export function afterSign(
  state: ChannelState | null,
  sign: ChannelSign,
  now: Date,
): ChannelState | null {
  const pause = state?.pause ?? null;
  switch (sign.kind) {
    case "works":
      if (pause === null) return null;
      if (sign.by === "answer") return pause.endedBy === "receipt" ? state : null;
      // What was sent before the pause says nothing of it.
      return sign.sentAt < pause.since ? state : null;
    case "answers":
      return pause?.reason === "account_fault" ? state : null;
    case "fails": {
      const failures = (state?.failures ?? 0) + 1;
      const down = failures >= FAILURES_TO_PAUSE;
      return { failures, pause: pause ?? (down ? paused("provider_down", sign, now) : null) };
    }
    case "accountFault": {
      const since = pause?.reason === "account_fault" ? pause : null;
      const fault = { ...(since ?? paused("account_fault", sign, now)) };
      if (sign.by === "receipt") fault.endedBy = "receipt";
      return { failures: state?.failures ?? 0, pause: fault };
    }
  }
}

function paused(
  reason: Pause["reason"],
  sign: ChannelSign & { code: string; detail: string },
  now: Date,
): Pause {
  const endedBy = sign.kind === "accountFault" ? sign.by : "answer";
  const { code, detail } = sign;
  const probeAt = new Date(now.getTime() + FIRST_PROBE_S * 1_000);
  return { since: now, reason, code, detail, endedBy, probes: 0, probeAt };
}
