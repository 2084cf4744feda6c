import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config.ts";

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

/** Every variable there is. One that is added here is added to .env.example, too. */
const NAMES = [
  "AFTERCARE_API_KEY",
  "CLINIC_NAME",
  "CLINIC_REGION",
  "CLINIC_TIME_ZONE",
  "DATABASE_URL",
  "DATA_DIR",
  "EMAIL_PER_DAY",
  "EMAIL_PER_SECOND",
  "HOST",
  "LOG_LEVEL",
  "MAIL_FROM",
  "MAIL_FROM_REBOOK",
  "OIDC_CLIENT_ID",
  "OIDC_CLIENT_SECRET",
  "OIDC_ISSUER",
  "OIDC_NAME",
  "PORT",
  "PUBLIC_URL",
  "QUEUE_SHARDS",
  "REDIS_CLUSTER",
  "REDIS_URL",
  "SECRET_KEY",
  "SMS_PER_DAY",
  "SMS_PER_SECOND",
  "SMS_SENDER",
  "SMTP_URL",
  "TRUSTED_PROXIES",
  "TWILIO_ACCOUNT_SID",
  "TWILIO_AUTH_TOKEN",
  "TWILIO_BASE_URL",
  "TWILIO_FROM",
  "TWILIO_MESSAGING_SERVICE_SID",
];

const example = Object.fromEntries(
  Object.entries(parseEnv(read(".env.example"))).map(([name, value]) => [name, value ?? ""]),
);

describe(".env.example", () => {
  it("lists every variable that the program reads, and no other", () => {
    const inConfig = read("src/config.ts").matchAll(/^ {2}([A-Z][A-Z_]+): /gm);
    expect([...inConfig].map(([, name = ""]) => name).sort()).toEqual(NAMES);
    expect(Object.keys(example).sort()).toEqual(NAMES);
  });

  it("has the defaults: with it the program is configured as without", () => {
    expect(loadConfig(example)).toEqual(loadConfig({}));
  });

  it("has the default of what counts only beside other variables", () => {
    const twilio = {
      TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "a-token-for-this-test",
      TWILIO_FROM: "+12125550100",
    };
    expect(loadConfig({ ...example, ...twilio })).toEqual(loadConfig(twilio));
    const oidc = {
      OIDC_ISSUER: "https://login.example.test",
      OIDC_CLIENT_ID: "aftercare",
      OIDC_CLIENT_SECRET: "a-secret-for-this-test",
    };
    expect(loadConfig({ ...example, ...oidc })).toEqual(loadConfig(oidc));
  });

  it("can be read by a shell, too", () => {
    for (const [, value = ""] of read(".env.example").matchAll(/^\w+=(.*)$/gm)) {
      expect(value).toMatch(/^(?:"[^"$`\\]*"|[\w./:-]*)$/);
    }
  });
});

describe("a split queue", () => {
  it.each([
    [{ QUEUE_SHARDS: "0" }, "QUEUE_SHARDS"],
    [{ QUEUE_SHARDS: "1.5" }, "QUEUE_SHARDS"],
    [{ QUEUE_SHARDS: "65" }, "QUEUE_SHARDS"],
    [{ REDIS_CLUSTER: "maybe" }, "REDIS_CLUSTER"],
    [{ REDIS_CLUSTER: "yes" }, "QUEUE_SHARDS"],
  ])("%j is refused, by the name of the variable", (env, name) => {
    expect(() => loadConfig(env)).toThrow(name);
  });
});

describe("the pace of a sender", () => {
  const twilio = {
    TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    TWILIO_AUTH_TOKEN: "a-token-for-this",
  };
  const from = { ...twilio, TWILIO_FROM: "+12125550100" };

  it.each([
    [{}, {}],
    [{ SMS_SENDER: "long-code" }, { sms: { perSecond: 1, perDay: null } }],
    [{ SMS_SENDER: "toll-free" }, { sms: { perSecond: 3, perDay: null } }],
    [{ SMS_SENDER: "short-code", SMS_PER_DAY: "500" }, { sms: { perSecond: 100, perDay: 500 } }],
    [{ SMS_SENDER: "long-code", SMS_PER_SECOND: "0.5" }, { sms: { perSecond: 0.5, perDay: null } }],
    [{ EMAIL_PER_SECOND: "14", EMAIL_PER_DAY: "50" }, { email: { perSecond: 14, perDay: 50 } }],
  ])("%j is %j", (env, pacing) => {
    expect(loadConfig({ ...from, ...env }).pacing).toMatchObject(pacing);
    expect(Object.keys(loadConfig({ ...from, ...env }).pacing)).toEqual(Object.keys(pacing));
  });

  it("is that of the number, or of the service, or of the address", () => {
    const pace = { SMS_PER_SECOND: "1", EMAIL_PER_SECOND: "1" };
    const service = { ...twilio, TWILIO_MESSAGING_SERVICE_SID: `MG${"0".repeat(32)}` };
    const mail = { SMTP_URL: "smtp://localhost", MAIL_FROM: "care@example.test" };
    const senders = [from, service, mail].map((env) => {
      const { sms, email } = loadConfig({ ...env, ...pace }).pacing;
      return `${sms?.sender} ${email?.sender}`;
    });
    expect(new Set(senders).size).toBe(3);
  });

  it.each([
    [{ SMS_SENDER: "pager" }, "SMS_SENDER"],
    [{ SMS_PER_SECOND: "fast" }, "SMS_PER_SECOND"],
    [{ SMS_PER_SECOND: "0" }, "SMS_PER_SECOND"],
    [{ SMS_PER_SECOND: "1", SMS_PER_DAY: "1.5" }, "SMS_PER_DAY"],
    [{ SMS_PER_DAY: "100" }, "SMS_PER_DAY"],
    [{ EMAIL_PER_SECOND: "-1" }, "EMAIL_PER_SECOND"],
    [{ EMAIL_PER_DAY: "100" }, "EMAIL_PER_DAY"],
  ])("%j is refused, by the name of the variable", (env, name) => {
    expect(() => loadConfig(env)).toThrow(name);
  });
});
