import { type App, type AppOptions, startApp } from "../app.ts";
import type { OutgoingMessage } from "../channels/channel.ts";
import { type Config, loadConfig } from "../config.ts";
import { AppError, describeError } from "../errors.ts";
import { openLog } from "../log.ts";
import { say } from "./output.ts";

/** How long a shutdown may take before the process ends without it. */
const SHUTDOWN_MS = 30_000;

/**
 * Runs the program until SIGTERM or SIGINT, then lets what is under way end. A second signal, or
 * 30 s, ends it at once: whatever was in flight is found by the rescuer.
 */
export async function runUntilStopped(
  parts: Pick<AppOptions, "api" | "worker">,
  started: (app: App, config: Config) => Promise<void>,
): Promise<void> {
  const config = loadConfig();
  const log = openLog(config.logLevel);
  const app = await startApp({
    config,
    log,
    showOutbox,
    showNotice: ({ subject }) => say(`[outbox] email to the clinic: ${subject}`),
    // What was acknowledged is on the disk; a new start goes on from there.
    onBroken: () => process.exit(1),
    ...parts,
  });
  try {
    if (parts.worker) warnOfOutbox(config);
    await started(app, config);
  } catch (error) {
    await app.close();
    throw error;
  }

  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  say("Stopping: what is under way ends first.");
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(1));
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
  await app.close().catch((error: unknown) => {
    throw new AppError("ledger_unavailable", `could not stop cleanly: ${describeError(error)}`);
  });
}

/** Refuses to run one of several processes on a ledger that only one can open. */
export function needDatabase(what: string): void {
  if (loadConfig().databaseUrl !== null) return;
  throw new AppError(
    "usage",
    `${what} shares its ledger with other processes: set DATABASE_URL to a PostgreSQL server, ` +
      "or run `aftercare serve`, which does everything in one process",
  );
}

function warnOfOutbox(config: Config): void {
  const kept = [
    ...(config.twilio ? [] : ["text messages (set TWILIO_ACCOUNT_SID and its fellows)"]),
    ...(config.smtp ? [] : ["emails (set SMTP_URL and MAIL_FROM)"]),
  ];
  if (kept.length === 0) return;
  say("*".repeat(78));
  say("* OUTBOX: nothing leaves this machine. Kept and shown here instead of being sent:");
  for (const what of kept) say(`*   ${what}`);
  say("*".repeat(78));
}

/** Shows a message that stays on this machine, as the outbox promises. */
function showOutbox({ content }: OutgoingMessage): void {
  if (content.channel === "sms") say(`[outbox] text message: ${content.text}`);
  else say(`[outbox] email: ${content.subject}`);
}
