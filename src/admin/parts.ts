import type { FastifyPluginCallback } from "fastify";
import type { NoticeMailer } from "../channels/notice.ts";
import type { Clock } from "../clock.ts";
import type { OidcConfig } from "../config.ts";
import type { Content } from "../content/content.ts";
import type { ChannelName } from "../domain/channel.ts";
import type { Pacing } from "../domain/pacing.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Accounts } from "./accounts.ts";
import type { Tries } from "./tries.ts";

/** What the pages for staff need, from the composition root. */
export interface AdminOptions {
  ledger: Ledger;
  content: Content;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** The address at which staff and patients know this server. */
  publicUrl: string;
  /** Signs the cookies. */
  secret: string;
  oidc: OidcConfig | null;
  /** Brings staff their links; null where no mail is configured, and links are shown instead. */
  mailer: NoticeMailer | null;
  /** What carries each channel: a provider, or the outbox. */
  providers: Readonly<Record<ChannelName, string>>;
  /** How fast each channel's sender may send. */
  pacing: Pacing;
  /** Told where something has become due at once. */
  onDue: () => void;
  /** A page that looks into the queue, as it is to be put under its path. */
  queuePage: FastifyPluginCallback;
}

/** What each plugin of routes gets. */
export type AdminParts = Omit<AdminOptions, "secret" | "queuePage"> & {
  accounts: Accounts;
  tries: Tries;
};
