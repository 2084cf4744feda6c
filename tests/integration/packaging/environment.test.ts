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
