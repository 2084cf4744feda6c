import { setTimeout as pause } from "node:timers/promises";
import { until } from "../../tests/support/poll.ts";
import type { Installation } from "../installation.ts";
import type { Member } from "../member.ts";
import { arrived, type Fault } from "./fault.ts";

const SHARES = [0.15, 0.3, 0.45, 0.6, 0.75];

/** Longer than the lock of a job, which BullMQ's workers renew within 30 s. */
const PAUSE_MS = 45_000;

const SKEW_MS = 5 * 60_000;

export const killWorker: Fault = {
  name: "kill-worker",
  about:
    "A worker is killed with SIGKILL and started again, five times, one after the other; on the embedded engine it is the one process.",
  stopsApiOn: ["embedded"],
  inject: (installation) => killAgain(installation, installation.workers),
};

export const killApi: Fault = {
  name: "kill-api",
  about: "The API is killed with SIGKILL and started again, five times.",
  notOn: { embedded: "the API and the worker are one process: see kill-worker" },
  stopsApiOn: ["redis", "postgres"],
  inject: (installation) => killAgain(installation, [installation.api]),
};

async function killAgain(installation: Installation, members: readonly Member[]): Promise<void> {
  for (const [blow, share] of SHARES.entries()) {
    await arrived(installation, share);
    await until("a text is on its way", () => installation.twilio.underWay() > 0, {
      deadlineMs: 2_000,
      everyMs: 1,
    }).catch(() => {});
    const victim = members[blow % members.length];
    await victim?.kill();
    await victim?.start();
  }
}

export const pauseWorker: Fault = {
  name: "pause-worker",
  about:
    "A worker is stopped with SIGSTOP for 45 s, longer than the lock of its jobs, and then goes on.",
  stopsApiOn: ["embedded"],
  async inject(installation) {
    await arrived(installation, 0.2);
    const [worker] = installation.workers;
    worker?.signal("SIGSTOP");
    await pause(PAUSE_MS);
    worker?.signal("SIGCONT");
  },
};

export const clockSkew: Fault = {
  name: "clock-skew",
  about: "The clock of one worker is five minutes fast, that of the other five minutes slow.",
  notOn: { embedded: "there is one process, and so one clock" },
  async prepare({ workers }) {
    for (const [index, worker] of workers.entries()) {
      const skew = new URL("../skewClock.mjs", import.meta.url);
      skew.searchParams.set("ms", String(index % 2 === 0 ? SKEW_MS : -SKEW_MS));
      await worker.stop();
      await worker.start({ nodeArgs: ["--import", skew.href] });
    }
  },
};
