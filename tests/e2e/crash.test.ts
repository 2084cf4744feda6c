import { describe, expect, it } from "vitest";
import { until } from "../support/poll.ts";
import { type Program, startProgram } from "../support/program.ts";
import { type Api, type AttemptAnswer, type ReminderAnswer } from "../support/programApi.ts";
import { install, openPlace, openProviders } from "./clinic.ts";

/** A worker that was killed while it sent is given up after 90 s, and looked for every 5 s. */
const AFTER_LEASE_MS = 150_000;

type Detail = ReminderAnswer & { attempts: AttemptAnswer[] };

describe.concurrent("the program on the embedded engine", () => {
  it("has every 201 after a kill -9, and sends what was due once", { timeout: 300_000 }, async ({
    onTestFinished,
  }) => {
    const owner = { onTestFinished };
    const place = { ...(await openPlace(owner, "embedded")), CLINIC_TIME_ZONE: zoneAtNoon() };
    const first = await install(owner, "embedded", place);
    const promised = await enrolUntilKilled(first.server, first.api);
    const printed = first.server.stdout();

    const second = await install(owner, "embedded", place);
    const known = await second.api.treatmentIds();
    expect(known).toEqual(expect.arrayContaining(promised));

    const details = await until(
      "all that was due has arrived",
      async () => {
        // One that was leaving at the kill is not due for a while once it is given up.
        const due = await dueReminders(second.api, known);
        const arrived = due.filter(({ status }) => status === "delivered");
        return arrived.length === 3 * known.length && arrived;
      },
      { deadlineMs: AFTER_LEASE_MS, everyMs: 1_000 },
    );
    for (const { attempts } of details) {
      const numbers = attempts.map(({ dispatchNo }) => dispatchNo);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(attempts.filter(({ status }) => status === "delivered")).toHaveLength(1);
    }
    // What the outbox shows is what it sent: never more than there are attempts.
    const { stdout } = await second.server.stop();
    const shown = (printed + stdout).match(/^\[outbox\]/gm)?.length ?? 0;
    const attempts = details.reduce((sum, each) => sum + each.attempts.length, 0);
    expect(shown).toBeGreaterThanOrEqual(details.length);
    expect(shown).toBeLessThanOrEqual(attempts);
  });

  it("ends on SIGTERM with exit code 0, once what is in flight is recorded", {
    timeout: 180_000,
  }, async ({ onTestFinished }) => {
    const owner = { onTestFinished };
    const { twilio, env } = await openProviders(owner);
    const place = { ...(await openPlace(owner, "embedded")), ...env };
    const { server, api } = await install(owner, "embedded", place);
    twilio.delay(1_500);
    const { body } = await api.enrol({ firstName: "Ana", phone: "+12125550123" });
    const statuses = async (of: Api) => {
      const answer = await of.treatment(body.treatment.id);
      return answer.body.reminders.map(({ status }) => status).filter((one) => one !== "scheduled");
    };
    await until("two texts are leaving", async () => {
      return (await statuses(api)).join() === "sending,sending";
    });
    expect((await server.stop()).code).toBe(0);
    expect(twilio.messages).toHaveLength(2);

    const again = await install(owner, "embedded", place);
    expect(await statuses(again.api)).toEqual(["sent", "sent"]);
    expect((await again.server.stop()).code).toBe(0);
    expect(twilio.messages).toHaveLength(2);
  });

  it("is refused a directory that another has, and does no harm there", {
    timeout: 180_000,
  }, async ({ onTestFinished }) => {
    const owner = { onTestFinished };
    const place = await openPlace(owner, "embedded");
    const first = await install(owner, "embedded", place);

    const refused = await startProgram(owner, ["serve"], place).then(
      () => "it started",
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/^aftercare serve ended with 1: aftercare: [^\n]+\n$/);
    expect(refused).toContain(`${place["DATA_DIR"]} is in use by process ${first.server.pid}`);

    const enrolled = await first.api.enrol({ firstName: "Ana", phone: "+12125550123" });
    expect(enrolled.status).toBe(201);
    await until("the first program still sends", async () => {
      const due = await dueReminders(first.api, [enrolled.body.treatment.id]);
      return due.length === 2 && due.every(({ status }) => status === "delivered");
    });
    expect((await first.server.stop()).code).toBe(0);
  });
});

/**
 * A zone in which it is about noon. What was leaving at the kill goes again when it may be sent, and at
 * night that is in the morning.
 */
function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? "" : "+"}${behind}`;
}

/** Enrols from several desks at a time, kills the program in the midst, and returns what it promised. */
async function enrolUntilKilled(program: Program, api: Api): Promise<string[]> {
  const promised: string[] = [];
  let killed = false;
  const desk = async (number: number) => {
    for (let patient = 0; ; patient++) {
      const digits = String(number * 1_000 + patient).padStart(4, "0");
      const answer = await api
        .enrol({ firstName: "Ana", phone: `+1212555${digits}`, email: `ana${digits}@example.test` })
        .catch(() => null);
      if (answer === null) return;
      if (answer.status === 201) promised.push(answer.body.treatment.id);
      if (promised.length >= 40 && !killed) {
        killed = true;
        await program.kill9();
      }
    }
  };
  await Promise.all([0, 1, 2, 3].map(desk));
  return promised;
}

/** The reminders of these treatments that are due, with their attempts. */
async function dueReminders(api: Api, treatments: readonly string[]): Promise<Detail[]> {
  const details: Detail[] = [];
  for (const id of treatments) {
    const { body } = await api.treatment(id);
    const due = body.reminders.filter(({ dueAt }) => new Date(dueAt).getTime() <= Date.now());
    for (const reminder of due) details.push((await api.reminder(reminder.id)).body);
  }
  return details;
}
