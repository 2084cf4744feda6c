import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Caller, callerAt } from "../tests/support/appCaller.ts";
import { type FakeSmtp, startFakeSmtp } from "../tests/support/fakeSmtp.ts";
import { type FakeTwilio, startFakeTwilio } from "../tests/support/fakeTwilio.ts";
import { type PostgresServer, startPostgres } from "../tests/support/postgresServer.ts";
import { runProgram } from "../tests/support/program.ts";
import { type RedisServer, startRedis } from "../tests/support/redisServer.ts";
import { freePort, type RestartableServer } from "../tests/support/serverProcess.ts";
import type { Enrolment } from "./enrolment.ts";
import { type Member, member } from "./member.ts";
import type { Cancelled } from "./verdict.ts";

/** The three ways to run the program, as the README tells them. */
export const DEPLOYMENTS = ["redis", "postgres", "embedded"] as const;

export type Deployment = (typeof DEPLOYMENTS)[number];

/** How long the fake of Twilio takes for an answer, in milliseconds. */
export const TWILIO_LATENCY = [50, 300] as const;

/**
 * From taking a text to the report "sent" it takes 300 ms, and as long again to "delivered". Of half
 * of the texts nothing is heard: a receipt would settle most doubts before anybody is asked.
 */
const RECEIPTS = { afterMs: 300, share: 0.5 };

/** One deployment of the built program with everything around it, all of its own and fresh. */
export interface Installation {
  deployment: Deployment;
  /** What the deployment has not got is null. */
  postgres: (PostgresServer & RestartableServer) | null;
  redis: (RedisServer & RestartableServer) | null;
  twilio: FakeTwilio;
  smtp: FakeSmtp;
  /** On the embedded engine the one process is the API and the only worker. */
  api: Member;
  workers: readonly Member[];
  /** A clinic that always sends, and one that is closed for hours; both with their admin key. */
  open: Caller;
  closed: Caller;
  /** What has been enrolled at the clinic that always sends, so far. */
  enrolment: Enrolment;
  /** What cancels have been answered to have cancelled, so far. */
  cancelled: Cancelled[];
  /** How many messages the providers have taken. */
  received(): number;
  /** Ends everything and removes what it kept. */
  close(): Promise<void>;
}

/** Starts the servers, the fakes and the program, and makes the clinics. */
export async function openInstallation(
  deployment: Deployment,
  enrolment: Enrolment,
  say: (line: string) => void,
): Promise<Installation> {
  const closers: (() => Promise<unknown>)[] = [];
  const owner = { onTestFinished: (end: () => Promise<void>) => void closers.push(end) };
  const members: Member[] = [];
  const close = async () => {
    await Promise.all(members.map((each) => each.kill()));
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const directory = await mkdtemp(path.join(tmpdir(), "aftercare-drill-"));
    const removeNow = () => rmSync(directory, { recursive: true, force: true });
    process.once("exit", removeNow);
    closers.push(async () => {
      await rm(directory, { recursive: true, force: true });
      process.removeListener("exit", removeNow);
    });
    const embedded = deployment === "embedded";
    const postgres = embedded ? null : await startPostgres({ durable: true });
    if (postgres !== null) closers.push(() => postgres.stop());
    const redis = deployment === "redis" ? await startRedis(say, { durable: true }) : null;
    if (redis !== null) closers.push(() => redis.stop());
    const twilio = await startFakeTwilio({ latencyMs: TWILIO_LATENCY, autoCallback: RECEIPTS });
    closers.push(() => twilio.close());
    const smtp = await startFakeSmtp();
    closers.push(() => smtp.close());

    const port = String(await freePort());
    const address = `http://127.0.0.1:${port}`;
    const env = {
      DATA_DIR: path.join(directory, "data"),
      ...(postgres !== null && { DATABASE_URL: postgres.url }),
      ...(redis !== null && { REDIS_URL: redis.url }),
      PORT: port,
      PUBLIC_URL: address,
      ...twilio.env,
      SMTP_URL: smtp.url,
      MAIL_FROM: "care@willow.example.test",
      LOG_LEVEL: "error",
    };
    const openKey = await makeClinic("Willow Skin Clinic", "00:00-24:00", env);
    const closedKey = await makeClinic("Maple Skin Clinic", hoursFarFrom(new Date()), env);

    const api = member(owner, "api", embedded ? ["serve"] : ["serve", "--api-only"], env);
    const workers = embedded
      ? [api]
      : [1, 2].map((number) => member(owner, `worker ${number}`, ["worker"], env));
    members.push(...new Set([api, ...workers]));
    // The first one makes the tables.
    for (const each of members) await each.start();

    return {
      deployment,
      postgres,
      redis,
      twilio,
      smtp,
      api,
      workers,
      open: callerAt(address, openKey),
      closed: callerAt(address, closedKey),
      enrolment,
      cancelled: [],
      received: () => twilio.messages.length + smtp.messages.length,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes a clinic in UTC that sends in these hours; returns its admin key. */
async function makeClinic(
  name: string,
  hours: string,
  env: Record<string, string>,
): Promise<string> {
  const args = ["clinic", "create", "--name", name, "--time-zone", "UTC", "--window", hours];
  // On the embedded engine this makes the data directory, which a busy machine takes its time for.
  const { stdout, stderr } = await runProgram(args, env, { deadlineMs: 180_000 });
  const key = /\bac_[\w-]+/.exec(stdout)?.[0];
  if (key === undefined) throw new Error(`no clinic was made: ${stderr}`);
  return key;
}

/** Two hours of the day that are at least six away. */
function hoursFarFrom(now: Date): string {
  return now.getUTCHours() < 12 ? "18:00-20:00" : "06:00-08:00";
}
