import { afterAll, beforeAll } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import type { OutgoingMessage } from "../../src/channels/channel.ts";
import { loadConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { type TestClock, testClock } from "./appClock.ts";
import { type Deployment, type DeploymentKind, openDeployment } from "./deployments.ts";

/** The address at which messages and providers know the program; nothing answers there. */
export const PUBLIC_URL = "https://care.example.test";

/** The admin key of the first clinic. */
export const FIRST_KEY = "a-key-for-the-tests-of-the-http-server";

export interface TestAppOptions {
  /** Whether it delivers, too; then messages are handed over when the clock says that they are due. */
  worker?: boolean;
  /** More of its environment, such as the providers that it sends through. */
  env?: Record<string, string>;
  /** Hears each line of its log of level `warn` and above. */
  onLog?: (line: string) => void;
}

/** The program in this process, listening on a real socket. */
export interface TestApp {
  app: App;
  /** Where it listens, without a slash at the end. */
  address: string;
  clock: TestClock;
  /** What its outbox has shown, the oldest first. */
  outbox: OutgoingMessage[];
}

/** Starts the program on a deployment; the caller closes its `app`, and then the deployment. */
export async function startTestApp(
  deployment: Deployment,
  { worker = false, env = {}, onLog }: TestAppOptions = {},
): Promise<TestApp> {
  const clock = testClock();
  const outbox: OutgoingMessage[] = [];
  const config = loadConfig({
    PORT: "0",
    PUBLIC_URL,
    AFTERCARE_API_KEY: FIRST_KEY,
    ...deployment.env,
    ...env,
  });
  const app = await startApp({
    config,
    clock,
    log: onLog === undefined ? openLog("silent") : openLog("warn", { write: onLog }),
    api: true,
    worker,
    // The clock stands still: what was handed over ahead of its time would wait by the machine's.
    horizonMs: 0,
    dispatchEveryMs: worker ? 20 : 1_000,
    showOutbox: (message) => void outbox.push(message),
  });
  try {
    return { app, address: await app.listen(), clock, outbox };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Gives a `describe` block a program of its own; a connection that it leaves open fails the block. */
export function useApp(kind: DeploymentKind, options: TestAppOptions = {}): TestApp {
  let deployment: Deployment | undefined;
  const running: Partial<TestApp> = {};
  beforeAll(async () => {
    deployment = await openDeployment(kind);
    Object.assign(running, await startTestApp(deployment, options));
  });
  afterAll(async () => {
    await running.app?.close();
    await deployment?.close();
  });
  return running as TestApp;
}
