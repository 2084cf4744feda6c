import { describe, expect, it } from "vitest";
import { runProgram } from "../../support/program.ts";

/** Stands in every bad value that could be a secret. */
const SECRET = "hunter2";

const BAD = {
  PORT: "http",
  PUBLIC_URL: "care.example.test",
  DATABASE_URL: `mysql://care:${SECRET}@db.example.test/care`,
  REDIS_URL: `http://:${SECRET}@redis.example.test`,
  TWILIO_ACCOUNT_SID: "AC123",
  TWILIO_AUTH_TOKEN: SECRET,
  TWILIO_FROM: "+0",
  TWILIO_BASE_URL: "twilio",
  SMTP_URL: `http://care:${SECRET}@mail.example.test`,
  MAIL_FROM: "nobody",
  MAIL_FROM_REBOOK: "nobody",
  SECRET_KEY: SECRET,
  AFTERCARE_API_KEY: SECRET,
  CLINIC_NAME: "x".repeat(61),
  CLINIC_TIME_ZONE: "Mars/Olympus",
  CLINIC_REGION: "Narnia",
  LOG_LEVEL: "loud",
};

describe.concurrent("a bad configuration", () => {
  it.each(["serve", "migrate", "clinic list"])(
    "is refused by %s, naming every bad variable at once and no value",
    async (command) => {
      const { code, stdout, stderr } = await runProgram(command.split(" "), BAD);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^aftercare: configuration: [^\n]+\n$/);
      for (const name of Object.keys(BAD)) expect(stderr).toContain(`${name} `);
      expect(stderr).not.toContain(SECRET);
    },
  );

  it("names what is missing together with what is wrong", async () => {
    const { code, stderr } = await runProgram(["serve"], {
      PORT: "http",
      REDIS_URL: "redis://127.0.0.1",
      TWILIO_AUTH_TOKEN: "a-token-of-no-account",
      SMTP_URL: "smtp://mail.example.test",
    });
    expect(code).toBe(1);
    const named = ["PORT", "REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_FROM", "MAIL_FROM"];
    for (const name of named) expect(stderr).toContain(`${name} `);
    expect(stderr).not.toContain("TWILIO_AUTH_TOKEN");
  });

  it.each(["worker", "serve --api-only"])(
    "without a database: %s says what to do instead",
    async (command) => {
      const { code, stdout, stderr } = await runProgram(command.split(" "));
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^aftercare: [^\n]+\n$/);
      expect(stderr).toContain("set DATABASE_URL to a PostgreSQL server");
      expect(stderr).toContain("`aftercare serve`");
    },
  );

  it("whose database does not answer is told in one line without its password", async () => {
    const url = `postgres://care:${SECRET}@127.0.0.1:1/care`;
    const { code, stderr } = await runProgram(["migrate"], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^aftercare: cannot reach the database [^\n]+\n$/);
    expect(stderr).not.toContain(SECRET);
  });
});
