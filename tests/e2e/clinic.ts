import { type DeploymentKind, openDeployment } from "../support/deployments.ts";
import { type FakeSmtp, startFakeSmtp } from "../support/fakeSmtp.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/fakeTwilio.ts";
import { type Owner, type Program, startProgram } from "../support/program.ts";
import { type Api, openApi } from "../support/programApi.ts";

/** The address at which the fakes and the messages know the program; nothing answers there. */
export const PUBLIC_URL = "https://care.example.test";

export const CLINIC_NAME = "Willow Skin Clinic";

export const MAIL_FROM = "care@willow.example.test";

export const KEY = "a-key-for-the-tests-of-the-whole-program";

/** The far side of the program: whom it sends through. */
export interface Providers {
  twilio: FakeTwilio;
  smtp: FakeSmtp;
  /** What makes the program send through them. */
  env: Record<string, string>;
}

/** Starts both fakes; they end with the test. */
export async function openProviders(owner: Owner): Promise<Providers> {
  const twilio = await startFakeTwilio();
  owner.onTestFinished(() => twilio.close());
  const smtp = await startFakeSmtp();
  owner.onTestFinished(() => smtp.close());
  const env = {
    ...twilio.env,
    SMTP_URL: smtp.url,
    MAIL_FROM,
  };
  return { twilio, smtp, env };
}

/** A fresh place for the program's data, and the clinic's own settings; it goes with the test. */
export async function openPlace(
  owner: Owner,
  kind: DeploymentKind,
): Promise<Record<string, string>> {
  const deployment = await openDeployment(kind);
  owner.onTestFinished(() => deployment.close());
  return { ...deployment.env, CLINIC_NAME, PUBLIC_URL, AFTERCARE_API_KEY: KEY };
}

/** All processes of one deployment, and the way to call them. */
export interface Installation {
  /** The one that has the API. */
  server: Program;
  programs: Program[];
  api: Api;
}

/** One process for the embedded engine; else the API and a worker beside it, started together. */
export async function install(
  owner: Owner,
  kind: DeploymentKind,
  env: Record<string, string>,
): Promise<Installation> {
  const serve = kind === "embedded" ? ["serve"] : ["serve", "--api-only"];
  const [server, ...workers] = await Promise.all([
    startProgram(owner, serve, env),
    ...(kind === "embedded" ? [] : [startProgram(owner, ["worker"], env)]),
  ]);
  return { server, programs: [server, ...workers], api: openApi(server.address, KEY) };
}
