import type { ChannelName } from "../domain/channel.ts";
import type { Channel, OutgoingMessage } from "./channel.ts";
import type { ClinicNotice, NoticeMailer } from "./notice.ts";

export interface OutboxChannelOptions {
  /** The channel that this outbox stands in for. */
  name: ChannelName;
  /** Shows a message to whoever runs the program; nothing is shown without it. */
  print?: (message: OutgoingMessage) => void;
}

/**
 * The channel of a program without credentials: nothing leaves the machine. The outbox is the
 * destination, so a message is delivered as soon as it is sent; the ledger keeps its text.
 */
export function outboxChannel(options: OutboxChannelOptions): Channel {
  return {
    name: options.name,
    provider: "outbox",
    atOnce: Number.POSITIVE_INFINITY,
    send(message) {
      options.print?.(message);
      const providerId = `outbox-${message.attemptId}`;
      return Promise.resolve({ kind: "sent", providerId, delivered: true });
    },
    // A send cannot end unknown here. One whose process died was printed at most.
    lookup: () => Promise.resolve({ kind: "absent" }),
    close: () => Promise.resolve(),
  };
}

/**
 * The same for notices to clinics: shown, and delivered by that. For a program that sends nothing
 * else either: where patients are texted in earnest, a notice that is only shown is one that is lost.
 */
export function outboxMailer(print?: (notice: ClinicNotice) => void): NoticeMailer {
  return {
    sendNotice(notice) {
      print?.(notice);
      return Promise.resolve({ kind: "sent" });
    },
  };
}
