import { describe, expect, it } from "vitest";
import { openDeployment } from "../support/deployments.ts";
import { until } from "../support/poll.ts";
import { startProgram } from "../support/program.ts";
import { openApi } from "../support/programApi.ts";

describe("serve without any configuration", () => {
  it("says that nothing leaves the machine, gives out a key once, and keeps the messages", {
    timeout: 120_000,
  }, async ({ onTestFinished }) => {
    const owner = { onTestFinished };
    const deployment = await openDeployment("embedded");
    onTestFinished(() => deployment.close());
    const { env } = deployment;
    const first = await startProgram(owner, ["serve"], env);
    expect(first.stdout()).toContain("OUTBOX: nothing leaves this machine");
    expect(first.stdout()).toContain("text messages");
    expect(first.stdout()).toContain("emails");
    const [key = "", ...more] = first.stdout().match(/\bac_[\w-]{43}\b/g) ?? [];
    expect(key).not.toBe("");
    expect(more).toEqual([]);

    const api = openApi(first.address, key);
    const enrolled = await api.enrol({ firstName: "Ana", phone: "+12125550123" });
    expect(enrolled.status).toBe(201);
    const essentials = enrolled.body.reminders.find(({ step }) => step === "essentials");
    const attempt = await until(
      "the message that is due at once is in the outbox",
      async () => {
        const { body } = await api.reminder(essentials?.id ?? "");
        return body.status === "delivered" && body.attempts[0];
      },
      { deadlineMs: 2_000 },
    );
    expect(attempt).toMatchObject({ provider: "outbox", status: "delivered", channel: "sms" });
    expect(attempt.body).toContain("Your clinic: ");
    expect(first.stdout()).toContain(`[outbox] text message: ${attempt.body}`);
    expect(first.stderr()).not.toContain(key);
    expect((await first.stop()).code).toBe(0);

    const second = await startProgram(owner, ["serve"], env);
    const again = await openApi(second.address, key).treatment(enrolled.body.treatment.id);
    expect(again.status).toBe(200);
    const { code, stdout, stderr } = await second.stop();
    expect(code).toBe(0);
    expect(stdout).toContain("OUTBOX: nothing leaves this machine");
    expect(stdout + stderr).not.toMatch(/\bac_/);
  });
});
