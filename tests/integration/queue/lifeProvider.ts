import type { Channel, LookupOutcome, OutgoingMessage } from "../../../src/channels/channel.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import type { AttemptStatus } from "../../../src/domain/receipt.ts";
import type { Delivery } from "../../../src/queue/deliver.ts";

/** What a provider does with a message, and what the worker hears of that: perhaps nothing. */
export interface Answer {
  taken: boolean;
  outcome: SendOutcome | "silence";
}

/** What a provider says of messages that it is asked about: what is so, that it cannot say, nothing. */
export type Memory = "truth" | "blind" | "silent";

/** One message that the provider was asked to send, and what the program has heard of it since. */
export interface Send {
  attemptId: string;
  reminderId: string;
  channel: ChannelName;
  to: string;
  text: string;
  at: Date;
  /** The command in which it was asked. */
  step: number;
  taken: boolean;
  /** What the program knows of it: the first end stands, and the rest only ever says more. */
  known: AttemptStatus;
  /** The command in which the program learned that it went out. */
  provenIn: number | null;
  /** Asked about, and the provider did not have it, or could not say. */
  askedInVain: boolean;
}

/** A worker that waits for its provider, or is lost; nobody can tell the two apart. */
export interface Waiting {
  send: Send;
  answer: (outcome: SendOutcome) => void;
  work: Promise<unknown>;
}

/** The far side of both channels, whose answers are chosen beforehand. */
export class LifeProvider {
  readonly sends: Send[] = [];
  memory: Memory = "truth";
  readonly #now: () => { at: Date; step: number };

  constructor(now: () => { at: Date; step: number }) {
    this.#now = now;
  }

  /** The channels of one worker, and the send that its silence keeps waiting, if it comes to that. */
  channels(answer: Answer): {
    channels: Delivery["channels"];
    silence: Promise<Omit<Waiting, "work">>;
    told: Send[];
  } {
    const told: Send[] = [];
    let fallSilent: (waiting: Omit<Waiting, "work">) => void = () => {};
    const silence = new Promise<Omit<Waiting, "work">>((resolve) => {
      fallSilent = resolve;
    });
    const channel = (name: ChannelName): Channel => ({
      name,
      provider: name === "sms" ? "twilio" : "smtp",
      atOnce: Number.POSITIVE_INFINITY,
      send: (message) => {
        const send = this.#note(name, message, answer.taken);
        const { outcome } = answer;
        if (outcome !== "silence") {
          told.push(send);
          return Promise.resolve(outcome);
        }
        return new Promise((resolve) => fallSilent({ send, answer: resolve }));
      },
      lookup: ({ to, text }, since) => Promise.resolve(this.#recall(name, { to, text, since })),
      close: () => Promise.resolve(),
    });
    return { channels: { sms: channel("sms"), email: channel("email") }, silence, told };
  }

  /** Notes what the program has heard of a send by now. */
  tell(send: Send, word: AttemptStatus): void {
    const doubted = send.known === "sending" || send.known === "unknown";
    const ends = word === "delivered" || word === "undelivered";
    if (!doubted && !(send.known === "sent" && ends)) return;
    send.known = word;
    if (word === "sent" || word === "delivered") send.provenIn ??= this.#now().step;
  }

  #note(channel: ChannelName, message: OutgoingMessage, taken: boolean): Send {
    const send: Send = {
      attemptId: message.attemptId,
      reminderId: message.messageKey,
      channel,
      to: message.to,
      text: message.content.text,
      ...this.#now(),
      taken,
      known: "sending",
      provenIn: null,
      askedInVain: false,
    };
    this.sends.push(send);
    return send;
  }

  #recall(
    channel: ChannelName,
    { to, text, since }: { to: string; text: string; since: Date },
  ): LookupOutcome {
    if (this.memory === "silent") return { kind: "no_answer", detail: "silence" };
    // The last of them: by then all earlier ones had been settled, or asked about in vain.
    const asked = this.sends.findLast(
      (send) => send.channel === channel && send.to === to && send.text === text,
    );
    const can = channel === "sms" && this.memory === "truth";
    if (can && asked?.taken && asked.at >= since) {
      this.tell(asked, "sent");
      return { kind: "found", providerId: asked.attemptId };
    }
    if (asked !== undefined) asked.askedInVain = true;
    return can ? { kind: "absent" } : { kind: "cannot_ask" };
  }
}

/** What the program knows of a send by an answer. */
export function wordOf(outcome: SendOutcome): AttemptStatus {
  if (outcome.kind === "sent") return outcome.delivered ? "delivered" : "sent";
  return outcome.kind === "unknown" ? "unknown" : "failed";
}
