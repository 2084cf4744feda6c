import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConfiguredLedger } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config.ts";
import { findClinic } from "../../../src/ledger/clinics.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { type Deployment, openDeployment } from "../../support/deployments.ts";
import { runProgram } from "../../support/program.ts";

const SECRET = "a-secret-that-signs-webhooks";

/** Everything that can be set, and what the ledger has of it afterwards. */
const ALL = {
  "--name": "Rose Clinic",
  "--email": "desk@rose.example.test",
  "--postal-address": "12 Main St, Albany, NY 12207",
  "--privacy": "neutral",
  "--phone": "+1 212 555 0100",
  "--window": "mon-fri 09:00-18:00, sat 10:00-14:00",
  "--rebook-window": "11:00-17:00",
  "--daily-cap": "2",
  "--emergency-text": "Please call 911.",
  "--webhook-url": "https://rose.example.test/alarms",
  "--webhook-secret": SECRET,
  "--locale": "es-US",
};

const STORED = {
  name: "Rose Clinic",
  email: "desk@rose.example.test",
  postalAddress: "12 Main St, Albany, NY 12207",
  privacy: "neutral",
  phone: "+1 212 555 0100",
  sendWindow: {
    mon: "09:00-18:00",
    tue: "09:00-18:00",
    wed: "09:00-18:00",
    thu: "09:00-18:00",
    fri: "09:00-18:00",
    sat: "10:00-14:00",
  },
  rebookWindow: "11:00-17:00",
  dailyCap: 2,
  emergencyText: "Please call 911.",
  webhookUrl: "https://rose.example.test/alarms",
  webhookSecret: SECRET,
  locale: "es-US",
};

const FIELDS = Object.keys(STORED).sort();
const NEW_CLINIC = ["clinic", "create", "--name", "Willow", "--time-zone", "America/Chicago"];

const UNKNOWN = "0191e7a0-0000-7000-8000-000000000001";

describe("a clinic on the command line", { timeout: 240_000 }, () => {
  let deployment: Deployment;
  let id = "";

  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runProgram(args, deployment.env);
    return { code, text: stdout + stderr };
  };
  async function withLedger<T>(look: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = await openConfiguredLedger(loadConfig(deployment.env));
    try {
      return await look(ledger);
    } finally {
      await ledger.close();
    }
  }
  const clinic = (of: string) => withLedger((ledger) => findClinic(ledger.db, of));
  const events = (of: string) =>
    withLedger((ledger) =>
      ledger.db
        .selectFrom("events")
        .select(["type", "actor", "detail"])
        .where("clinic_id", "=", of)
        .orderBy("id")
        .execute(),
    );

  beforeAll(async () => {
    deployment = await openDeployment("postgres");
    id = idIn((await run(...NEW_CLINIC)).text);
  });
  afterAll(() => deployment.close());

  it("is changed in everything that it decides, and the audit has what, not to which value", async () => {
    const set = await run("clinic", "set", id, ...Object.entries(ALL).flat());
    expect(set.code).toBe(0);
    expect(set.text).toContain("of Rose Clinic.");
    expect(await clinic(id)).toMatchObject(STORED);
    const noted = await events(id);
    expect(noted.map(({ type, actor }) => ({ type, actor }))).toEqual([
      { type: "clinic created", actor: "command line" },
      { type: "key created", actor: "command line" },
      { type: "clinic changed", actor: "command line" },
    ]);
    const { detail = {} } = noted[2] ?? {};
    expect(Object.keys(detail)).toEqual(["fields"]);
    expect([...(detail["fields"] as string[])].sort()).toEqual(FIELDS);

    const shown = await run("clinic", "show", id);
    expect(shown.code).toBe(0);
    const values = [...Object.values(ALL), "America/Chicago"].filter((value) => value !== SECRET);
    for (const value of values) expect(shown.text).toContain(` ${value} `);
    expect(shown.text).not.toContain(SECRET);
    expect(shown.text).not.toContain("No postal address");
    expect(shown.text).not.toContain("An alarm reaches nobody");

    const widths = (await run("clinic", "list")).text.split("\n").map((row) => row.length);
    expect(Math.max(...widths)).toBeLessThan(160);
  });

  it("keeps what is not named, and loses what is named empty", async () => {
    const before = await clinic(id);
    const set = await run("clinic", "set", id, "--postal-address", "", "--daily-cap", "3");
    expect(set.code).toBe(0);
    expect(set.text).toContain("No postal address: its marketing emails");
    expect(await clinic(id)).toEqual({ ...before, postalAddress: null, dailyCap: 3 });
  });

  it("takes no phone that nobody can dial", async () => {
    const before = await clinic(id);
    const set = ["clinic", "set", id, "--phone", "abc"];
    for (const args of [set, [...NEW_CLINIC, "--phone", "555-0100"]]) {
      const { code, text } = await run(...args);
      expect(code).not.toBe(0);
      expect(text).toContain("--phone is no phone number of US");
    }
    expect(await clinic(id)).toEqual(before);
  });

  it("can be made with all of it at once", async () => {
    const made = await run(...NEW_CLINIC, ...Object.entries(ALL).flat());
    expect(made.code).toBe(0);
    expect(made.text).not.toContain("No postal address");
    expect(await clinic(idIn(made.text))).toMatchObject(STORED);
  });

  it("is noted where something is different then, and not where it was so before", async () => {
    const before = await events(id);
    const { code, text } = await run(
      "clinic",
      "set",
      id,
      "--daily-cap",
      "3",
      "--privacy",
      "neutral",
    );
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^Nothing to ch/),
    });
    expect(await events(id)).toEqual(before);
    await run("clinic", "set", id, "--daily-cap", "4", "--privacy", "neutral");
    expect((await events(id)).slice(before.length)).toEqual([
      { type: "clinic changed", actor: "command line", detail: { fields: ["dailyCap"] } },
    ]);
  });

  it("has it noted who made and revoked a key, and which, without what it is called", async () => {
    const before = await events(id);
    const made = await run("key", "create", "--clinic", id, "--label", "Dr. Wu's own");
    const keyId = idIn(made.text);
    expect((await run("key", "revoke", keyId)).code).toBe(0);
    expect((await run("key", "revoke", keyId)).code).toBe(1);
    const detail = { keyId, role: "enroll" };
    expect((await events(id)).slice(before.length)).toEqual([
      { type: "key created", actor: "command line", detail },
      { type: "key revoked", actor: "command line", detail },
    ]);
  });

  it("gets a secret for its webhook, shown once, where it names none", async () => {
    const url = ["--webhook-url", "https://rose.example.test/alarms"];
    const made = await run(...NEW_CLINIC, ...url);
    const of = idIn(made.text);
    const first = secretIn(made.text);
    expect(await clinic(of)).toMatchObject({ webhookSecret: first });
    expect((await events(of))[0]?.detail["fields"]).toContain("webhookSecret");
    const shown = await run("clinic", "show", of);
    expect(shown.text).not.toContain(first);
    expect(shown.text).not.toContain("An alarm reaches nobody");

    // Another address keeps it; whoever takes it away gets another.
    const moved = await run("clinic", "set", of, "--webhook-url", "https://rose.example.test/new");
    expect(moved.text).not.toContain("acw_");
    expect(await clinic(of)).toMatchObject({ webhookSecret: first });
    const renewed = await run("clinic", "set", of, "--webhook-secret", "");
    expect(secretIn(renewed.text)).not.toBe(first);
    expect(await clinic(of)).toMatchObject({ webhookSecret: secretIn(renewed.text) });

    const none = await run("clinic", "set", of, "--webhook-url", "", "--webhook-secret", "");
    expect(none.text).not.toContain("acw_");
    expect(none.text).toContain("An alarm reaches nobody at this clinic: give it an --email or");
    const later = await run("clinic", "set", of, ...url);
    expect(await clinic(of)).toMatchObject({ webhookSecret: secretIn(later.text) });
  });

  it("is told of nothing where it has an email and nobody sends any", async () => {
    const twilio = {
      TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "a-token-for-tests",
      TWILIO_FROM: "+12125550100",
    };
    const mail = { SMTP_URL: "smtp://127.0.0.1:9", MAIL_FROM: "care@example.test" };
    const made = await run(...NEW_CLINIC, "--email", "desk@rose.example.test");
    expect(made.text).not.toContain("An alarm reaches nobody");
    const shown = async (env: Record<string, string>) =>
      (await runProgram(["clinic", "show", idIn(made.text)], { ...deployment.env, ...env })).stdout;
    expect(await shown(twilio)).toContain("An alarm reaches nobody at this clinic: SMTP_URL is");
    expect(await shown({ ...twilio, ...mail })).not.toContain("An alarm reaches nobody");
  });

  it("has to be there, and something to change", async () => {
    for (const args of [
      ["set", UNKNOWN, "--daily-cap", "2"],
      ["show", "willow"],
    ]) {
      const { code, text } = await run("clinic", ...args);
      expect({ code, text }).toEqual({
        code: 1,
        text: "aftercare: there is no clinic with this id; see `clinic list`\n",
      });
    }
    expect(await run("clinic", "set", id)).toMatchObject({
      code: 2,
      text: expect.stringContaining("say what to change") as string,
    });
  });
});

/** A webhook's secret that was made. */
function secretIn(text: string): string {
  const found = /\bacw_[\w-]{43}/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no secret in: ${text}`);
  return found;
}

function idIn(text: string): string {
  const found = /\b[0-9a-f]{8}-[0-9a-f-]{27}\b/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no id in: ${text}`);
  return found;
}
