import { setTimeout as pause } from "node:timers/promises";
import { type FakeTwilio, startFakeTwilio } from "../tests/support/fakeTwilio.ts";
import { until } from "../tests/support/poll.ts";
import { type Owner, startProgram } from "../tests/support/program.ts";
import { type Api, openApi } from "../tests/support/programApi.ts";
import type { Deployment } from "./servers.ts";

/** One enrolment: milliseconds from its 201, as the clinic reads it, to what came of it. */
export interface Wakeup {
  /** Until the first text message had arrived at the provider; 0 where it was there before. */
  arrivedMs: number;
  /** Until the outcome of that send was on its way into the ledger. */
  recordedMs: number;
}

const KEY = "a-key-for-the-bench-of-the-whole-program";

/** As long as nothing happens before an enrolment, so that every part is asleep. */
const QUIET_MS = 300;

/**
 * Runs the program as a deployment has it (the API and a worker in two processes, unless the engine
 * is embedded), and enrols one patient after the other, each while nothing else goes on.
 */
export async function measureWakeup(
  owner: Owner,
  deployment: Deployment,
  env: Record<string, string>,
  count: number,
  progress: (done: number) => void,
): Promise<Wakeup[]> {
  const twilio = await startFakeTwilio();
  owner.onTestFinished(() => twilio.close());
  const settings = {
    ...env,
    AFTERCARE_API_KEY: KEY,
    ...twilio.env,
    LOG_LEVEL: "error",
  };
  const serve = deployment === "embedded" ? ["serve"] : ["serve", "--api-only"];
  const server = await startProgram(owner, serve, settings);
  const programs = [server];
  if (deployment !== "embedded") programs.push(await startProgram(owner, ["worker"], settings));
  const api = openApi(server.address, KEY);

  // The first one warms up what later ones find warm: connections, compiled code.
  await enrolOne(api, twilio, 0);
  const wakeups: Wakeup[] = [];
  for (let number = 1; number <= count; number++) {
    await pause(QUIET_MS);
    wakeups.push(await enrolOne(api, twilio, number));
    progress(number);
  }
  for (const program of programs) await program.stop();
  return wakeups;
}

async function enrolOne(api: Api, twilio: FakeTwilio, number: number): Promise<Wakeup> {
  const phone = `+1212555${String(number).padStart(4, "0")}`;
  const { status, body } = await api.enrol({ firstName: "Ana", phone });
  const answeredAt = Date.now();
  if (status !== 201) throw new Error(`the enrolment was answered ${status}`);

  const due = body.reminders.filter(({ dueAt }) => new Date(dueAt).getTime() <= answeredAt);
  const attempts = await until("the outcomes are recorded", async () => {
    const details = await Promise.all(due.map(({ id }) => api.reminder(id)));
    const sent = details.filter((each) => each.body.status === "sent");
    return sent.length === due.length && sent.flatMap((each) => each.body.attempts);
  });
  const texts = twilio.messages.filter(({ params }) => params.To === phone);
  const [first] = texts.toSorted((a, b) => a.at - b.at);
  const attempt = attempts.find(({ providerId }) => providerId === first?.sid);
  if (!first || !attempt?.endedAt) throw new Error("no attempt for the message that arrived");
  const since = (at: number) => Math.max(0, at - answeredAt);
  return { arrivedMs: since(first.at), recordedMs: since(new Date(attempt.endedAt).getTime()) };
}
