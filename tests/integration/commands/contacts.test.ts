import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/ledger.ts";
import { openDeployment } from "../../support/deployments.ts";
import { runProgram } from "../../support/program.ts";

it("a clinic's contacts are set and taken back from the command line", {
  timeout: 240_000,
}, async ({ onTestFinished }) => {
  const deployment = await openDeployment("postgres");
  onTestFinished(() => deployment.close());
  const { DATABASE_URL = "" } = deployment.env;
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runProgram(args, deployment.env);
    return { code, text: stdout + stderr };
  };
  const contacts = async () => {
    const ledger = await openLedger({ databaseUrl: DATABASE_URL });
    const columns = ["email", "emergency_text", "webhook_url", "webhook_secret"] as const;
    const row = await ledger.db.selectFrom("clinics").select(columns).executeTakeFirstOrThrow();
    await ledger.close();
    return row;
  };
  const made = await run("clinic", "create", "--name", "Willow", "--time-zone", "America/Chicago");
  const id = /[0-9a-f-]{36}/.exec(made.text)?.[0] ?? "";
  const set = (...args: string[]) => run("clinic", "contact", id, ...args);

  const both = ["--email", "desk@example.test", "--emergency-text", "Call 555 0199."];
  const webhook = ["--webhook-url", "https://alerts.example.test/in"];
  const { code, text } = await set(...both, ...webhook);
  expect(code).toBe(0);
  const secret = /^ {2}(\S{43})$/m.exec(text)?.[1];
  expect(await contacts()).toEqual({
    email: "desk@example.test",
    emergency_text: "Call 555 0199.",
    webhook_url: "https://alerts.example.test/in",
    webhook_secret: secret,
  });

  // What is not named stays.
  expect((await set("--email", "")).code).toBe(0);
  expect(await contacts()).toMatchObject({ email: null, webhook_secret: secret });
  expect((await set("--webhook-url", "")).code).toBe(0);
  expect(await contacts()).toMatchObject({
    emergency_text: "Call 555 0199.",
    webhook_url: null,
    webhook_secret: null,
  });

  for (const url of [
    "ftp://example.test",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "example",
  ]) {
    expect((await set("--webhook-url", url)).code).toBe(2);
  }
  expect((await set("--webhook-url", "https://user:pass@example.test/")).code).toBe(2);
  expect((await set("--email", "nobody")).code).toBe(2);
  expect((await set()).code).toBe(2);
  const nobody = await run("clinic", "contact", "6b0ad8f5-6c8c-4b0e-9d0e-1f6a3f7f0c11", ...both);
  expect(nobody).toEqual({
    code: 1,
    text: "aftercare: there is no clinic 6b0ad8f5-6c8c-4b0e-9d0e-1f6a3f7f0c11\n",
  });
});
