import { createHmac } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { adminPages } from "./admin/admin.ts";
import { QUEUES } from "./admin/paths.ts";
import { LOST, STUCK, tellCap, tellPause, tellShards, tellUntaken } from "./alerts.ts";
import type { Channel, OutgoingMessage } from "./channels/channel.ts";
import type { ClinicNotice, NoticeMailer } from "./channels/notice.ts";
import { outboxChannel, outboxMailer } from "./channels/outbox.ts";
import { smtpChannel } from "./channels/smtp.ts";
import { twilioChannel } from "./channels/twilio.ts";
import { type Clock, steeredClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type Content, loadContent } from "./content/content.ts";
import { alarmWays } from "./domain/alarmWays.ts";
import type { ChannelName } from "./domain/channel.ts";
import { describeError } from "./errors.ts";
import { buildServer } from "./http/server.ts";
import type { PauseChange } from "./ledger/channelStates.ts";
import { listClinics } from "./ledger/clinics.ts";
import { ledgerAnswers, ledgerTime } from "./ledger/counts.ts";
import { ensureFirstClinic, type FirstClinic } from "./ledger/firstClinic.ts";
import { endStaleImports } from "./ledger/imports.ts";
import { type Ledger, openLedger } from "./ledger/ledger.ts";
import { pinProtocols } from "./ledger/protocols.ts";
import { linkSigningKey, noteQueueShards } from "./ledger/settings.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { lostJobs, openQueueBackend } from "./queue/backend.ts";
import { queueBoard } from "./queue/board.ts";
import { startDispatcher } from "./queue/dispatcher.ts";
import { limitsOf } from "./queue/limits.ts";
import { type Loop, startLoop } from "./queue/loop.ts";
import { startNotifier } from "./queue/notifier.ts";
import { RESCUE_TIMES, startRescuer } from "./queue/rescuer.ts";
import { gatherStatements } from "./queue/statements.ts";
import { startWorker } from "./queue/worker.ts";

/** Which parts of the program a process runs, and what they share. */
export interface AppOptions {
  config: Config;
  log: Log;
  /** Decides when patients are texted; the ledger's own clock where none is given. */
  clock?: Clock;
  api: boolean;
  worker: boolean;
  /** How far ahead reminders are handed to the queue, in milliseconds of the clock. */
  horizonMs?: number;
  /** How often the dispatcher looks, in real milliseconds. */
  dispatchEveryMs?: number;
  /** Told when the process can do nothing any more and should be started again. */
  onBroken?: () => void;
  /** Shows a message of the outbox to whoever runs the program. */
  showOutbox?: (message: OutgoingMessage) => void;
  /** The same for what a clinic would be told by email. */
  showNotice?: (notice: ClinicNotice) => void;
}

/** The running program. */
export interface App {
  ledger: Ledger;
  content: Content;
  channels: Readonly<Record<ChannelName, Channel>>;
  /** What the start made of the first clinic; null in a process without the API. */
  firstClinic: FirstClinic | null;
  /** Listens on the configured host and port; returns the address. Only with `api`. */
  listen(): Promise<string>;
  /** Lets requests, hand-overs and sends under way end, then closes what they need. */
  close(): Promise<void>;
}

/** How often it is looked whether the clock is to be read from the ledger again, in milliseconds. */
const LOOK_AT_CLOCK_MS = 1_000;

/** How often it is looked for imports that nobody has finished, in milliseconds. */
const LOOK_AT_IMPORTS_MS = 60_000;

/** By how much this machine's clock may differ from the ledger's before that is said. */
const SKEW_MS = 5_000;

/** Opens the ledger that a configuration points at. */
export function openConfiguredLedger(config: Config): Promise<Ledger> {
  const { databaseUrl, dataDir, queueShards: queues } = config;
  return openLedger(databaseUrl === null ? { dataDir } : { databaseUrl, queues });
}

/** Builds every part of the program, in reading order, and starts those that were asked for. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const stoppers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    // First, side by side, whatever takes in work; then what that work needs, last opened first.
    const ends = await Promise.allSettled(stoppers.splice(0).map((stop) => stop()));
    for (const closer of closers.splice(0).reverse())
      ends.push(...(await Promise.allSettled([closer()])));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };
  /** A clock that is the ledger's: see `steeredClock`. */
  const followLedger = async (ledger: Ledger): Promise<Clock> => {
    const clock = steeredClock();
    clock.set(await ledgerTime(ledger.db));
    warnOfSkew(clock, log);
    const read = async () => {
      if (clock.isStale()) clock.set(await ledgerTime(ledger.db));
    };
    const loop = startLoop(read, LOOK_AT_CLOCK_MS, logFault("clock"));
    stoppers.push(() => loop.stop());
    return clock;
  };
  const logPause = (change: PauseChange) => tellPause(change, log);
  const logFault = (part: string) => (error: unknown) =>
    log.error({ part, error: describeError(error) }, "will try again");

  try {
    const content = await loadContent();

    const ledger = await openConfiguredLedger(config);
    closers.push(() => ledger.close());
    ledger.onLost(({ error, everything }) => {
      if (!everything) return logFault("ledger")(error);
      log.fatal({ part: "ledger", error: describeError(error) }, "the embedded engine has failed");
      options.onBroken?.();
    });
    const clock = options.clock ?? (await followLedger(ledger));
    await pinProtocols(ledger.db, content.protocols.values(), clock.now());
    const firstClinic = options.api
      ? await ensureFirstClinic(ledger, config.firstClinic, clock.now())
      : null;
    const linkKey = config.secretKey ?? (await linkSigningKey(ledger.db));

    const { mailer, ...channels } = openChannels(options);
    closers.push(() => Promise.all(Object.values(channels).map((channel) => channel.close())));
    await warnOfUnreachable(ledger, config, log);

    const metrics = createMetrics();
    const backend = await openQueueBackend(
      {
        ledger,
        redisUrl: config.redisUrl,
        redisCluster: config.redisCluster,
        shards: config.queueShards,
      },
      logFault("queue"),
    );
    closers.push(() => backend.close());
    const shardsBefore = await noteQueueShards(ledger.db, config.queueShards);
    if (shardsBefore !== null) tellShards(shardsBefore, config.queueShards, log);

    let notifier: Loop | null = null;
    if (options.worker) {
      const maker = { content, publicUrl: config.publicUrl, linkKey };
      const statements = gatherStatements(ledger);
      const limits = limitsOf(channels);
      const work = { ledger, statements, maker, channels, limits };
      const delivery = { ...work, clock, metrics, onPause: logPause };
      const worker = startWorker(backend, delivery);
      stoppers.push(() => worker.close());
      const rescuer = startRescuer({
        delivery,
        lostJobs: (tickets) => lostJobs(backend, tickets),
        times: RESCUE_TIMES,
        everyMs: 5_000,
        onError: logFault("rescuer"),
      });
      stoppers.push(() => rescuer.stop());
      notifier = startNotifier({
        ledger,
        mailer,
        clock,
        everyMs: 2_000,
        onStuck: (notice) => tellUntaken(notice, STUCK, log),
        onLost: (notice) => tellUntaken(notice, LOST, log),
        onError: logFault("notifier"),
      });
      const started = notifier;
      stoppers.push(() => started.stop());
    }

    const dispatcher = startDispatcher({
      ledger,
      queue: backend,
      clock,
      metrics,
      pacing: config.pacing,
      onCapReached: (channel, cap) => tellCap(channel, cap, log),
      horizonMs: options.horizonMs ?? 60_000,
      everyMs: options.dispatchEveryMs ?? 1_000,
      onError: logFault("dispatcher"),
    });
    stoppers.push(() => dispatcher.stop());

    let server: FastifyInstance | null = null;
    if (options.api) {
      const sweep = () => endStaleImports(ledger, clock.now());
      const imports = startLoop(sweep, LOOK_AT_IMPORTS_MS, logFault("imports"));
      stoppers.push(() => imports.stop());
      const shared = {
        ledger,
        content,
        clock,
        metrics,
        log,
        publicUrl: config.publicUrl,
        trustedProxies: config.trustedProxies,
        providers: { sms: channels.sms.provider, email: channels.email.provider },
        pacing: config.pacing,
        onDue: () => dispatcher.poke(),
      };
      server = await buildServer({
        ...shared,
        linkKey,
        admin: adminPages({
          ...shared,
          mailer,
          oidc: config.oidc,
          queuePage: queueBoard(backend, QUEUES),
          secret: createHmac("sha256", linkKey).update("sign-in").digest("base64url"),
        }),
        twilioAuthToken: config.twilio?.authToken ?? null,
        onPause: logPause,
        // Without a worker in this process, that of another one finds it within its next round.
        onNotice: () => notifier?.poke(),
        readiness: async () => ({
          ledger: await ledgerAnswers(ledger.db),
          queue: await backend.answers(),
        }),
      });
      const opened = server;
      stoppers.push(() => opened.close());
    }

    const listen = async () => {
      if (server === null) throw new Error("a program without its API cannot listen");
      return server.listen({ host: config.host, port: config.port });
    };
    return { ledger, content, channels, firstClinic, listen, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function warnOfSkew(clock: Clock, log: Log): void {
  const skewMs = Date.now() - clock.now().getTime();
  if (Math.abs(skewMs) < SKEW_MS) return;
  log.warn({ part: "clock", skewMs }, "this machine's clock is wrong; the ledger's is followed");
}

/**
 * Whether emails to clinics go anywhere: to a mail server, or, in a program that sends nothing at
 * all, to the outbox for whoever tries it.
 */
export function mailsNotices({ smtp, twilio }: Config): boolean {
  return smtp !== null || twilio === null;
}

/** Only where patients can text back: in the outbox there are none, and every first clinic is bare. */
async function warnOfUnreachable(ledger: Ledger, config: Config, log: Log): Promise<void> {
  if (config.twilio === null) return;
  for (const clinic of await listClinics(ledger.db)) {
    if (alarmWays(clinic, mailsNotices(config)).length > 0) continue;
    log.warn(
      { part: "notifier", clinicId: clinic.id },
      "an alarm would reach nobody at this clinic: see `aftercare clinic show`",
    );
  }
}

function openChannels({
  config,
  showOutbox,
  showNotice,
}: AppOptions): Record<ChannelName, Channel> & { mailer: NoticeMailer | null } {
  const outbox = (name: ChannelName) =>
    outboxChannel({ name, ...(showOutbox && { print: showOutbox }) });
  const sms = config.twilio
    ? twilioChannel({
        config: config.twilio,
        statusCallbackUrl: (attemptId) => `${config.publicUrl}/webhooks/twilio/status/${attemptId}`,
      })
    : outbox("sms");
  if (config.smtp === null) {
    const mailer = mailsNotices(config) ? outboxMailer(showNotice) : null;
    return { sms, email: outbox("email"), mailer };
  }
  const email = smtpChannel({ config: config.smtp });
  return { sms, email, mailer: email };
}
