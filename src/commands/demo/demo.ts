import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Command, Option } from "commander";
import { DateTime } from "luxon";
import { startApp } from "../../app.ts";
import { scaledClock } from "../../clock.ts";
import { loadConfig } from "../../config.ts";
import { openLog } from "../../log.ts";
import { say } from "../output.ts";
import { type DemoClinic, enrolPatient } from "./clinic.ts";
import { sayResult } from "./result.ts";
import { openScreen } from "./screen.ts";
import { watchTreatment } from "./watch.ts";

const TIME_ZONE = "America/New_York";

/** How fast time runs around each message: a minute of it in three seconds. */
const PACE = 20;

/** How long before a message is due it is handed to the queue, in milliseconds of demo time. */
const HORIZON_MS = 20_000;

/** `aftercare demo`: two months of one patient's aftercare in less than a minute. */
export function addDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "run two months of one patient's aftercare in under a minute, on this machine only",
    )
    .addOption(
      new Option("--locale <language>", "the patient's language")
        .choices(["en", "es"])
        .default("en"),
    )
    .action(async ({ locale }: { locale: string }) => {
      const dataDir = await mkdtemp(path.join(tmpdir(), "aftercare-demo-"));
      removeIfInterrupted(dataDir);
      try {
        const complete = await runDemo(dataDir, locale);
        if (!complete) process.exitCode = 1;
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    });
}

/** Ctrl-C ends the demo at once, and still leaves nothing behind. */
function removeIfInterrupted(dataDir: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, (_name: NodeJS.Signals, number: number) => {
      rmSync(dataDir, { recursive: true, force: true });
      // Not at once: the progress bar listens too, and gives the terminal its cursor back.
      setImmediate(() => process.exit(128 + number));
    });
  }
}

async function runDemo(dataDir: string, locale: string): Promise<boolean> {
  // Not the surroundings' configuration: a demo must not find anyone's Twilio account.
  const config = loadConfig({ DATA_DIR: dataDir, PORT: "0", CLINIC_NAME: "Willow Skin Clinic" });
  const start = DateTime.now().setZone(TIME_ZONE).startOf("day").set({ hour: 15, minute: 30 });
  const clock = scaledClock(start.toJSDate(), PACE);
  const screen = openScreen(clock, TIME_ZONE);

  say("Starting the embedded engine in a temporary directory ...");
  const app = await startApp({
    config,
    clock,
    log: openLog("error"),
    api: true,
    worker: true,
    horizonMs: HORIZON_MS,
    dispatchEveryMs: 50,
    showOutbox: (message) => screen.show(message),
  });
  try {
    const clinic: DemoClinic = { address: await app.listen(), key: generatedKey(app.firstClinic) };
    const enrolled = await enrolPatient(clinic, clock.now(), TIME_ZONE, locale);
    const planned = enrolled.reminders.filter(({ status }) => status === "scheduled");
    say(
      `Enrolled over HTTP: ${planned.length} messages are planned. Time runs fast from here on.\n`,
    );

    screen.begin(planned.length);
    const results = await watchTreatment(clinic, enrolled.treatment.id, {
      clock,
      leadMs: HORIZON_MS * 1.5,
      onProgress: (settled) => screen.progress(settled),
    });
    screen.end();
    return sayResult(results, TIME_ZONE);
  } finally {
    screen.end();
    await app.close();
  }
}

function generatedKey(first: { kind: string; generatedKey?: string | null } | null): string {
  if (first?.generatedKey) return first.generatedKey;
  throw new Error("a fresh ledger makes a first clinic with a key");
}
