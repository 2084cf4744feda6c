import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { openDeployment } from "../../support/deployments.ts";
import { startFakeSmtp } from "../../support/fakeSmtp.ts";
import { until } from "../../support/poll.ts";
import { runProgram, startProgram } from "../../support/program.ts";
import { openApi } from "../../support/programApi.ts";

const service = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).default([]),
  restart: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.looseObject({ test: z.array(z.string()).optional() }).optional(),
  stop_grace_period: z.string().optional(),
});

const names = ["postgres", "redis", "mailpit", "api", "worker"] as const;

const file = readFileSync(new URL("../../../docker-compose.yml", import.meta.url), "utf8");
const { services, volumes } = z
  .object({ services: z.record(z.enum(names), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(file, { merge: true }));

/** A value with its variables put in, as Compose does. Throws where a required one is missing. */
function filled(value: string, env: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, mark, rest) => {
    const given = env[name];
    if (given) return given;
    if (mark === "?") throw new Error(`${name}: ${rest}`);
    return mark === "-" ? rest : "";
  });
}

function environmentOf(name: (typeof names)[number], env: Record<string, string>) {
  const entries = Object.entries(services[name].environment);
  return Object.fromEntries(entries.map(([key, value]) => [key, filled(value, env)]));
}

describe("docker-compose.yml", () => {
  it("takes each foreign image at a version, and builds its own", () => {
    for (const { image, build } of [services.api, services.worker]) {
      expect([image, build]).toEqual(["aftercare", "."]);
    }
    for (const { image, build } of [services.postgres, services.redis, services.mailpit]) {
      expect(image).toMatch(/^[\w/-]+:v?\d/);
      expect(build).toBeUndefined();
    }
  });

  it("keeps the data of both servers, and the queue's jobs", () => {
    expect(services.postgres.volumes).toEqual(["postgres:/var/lib/postgresql"]);
    expect(services.redis.volumes).toEqual(["redis:/data"]);
    expect(Object.keys(volumes)).toEqual(["postgres", "redis"]);
    const flags = services.redis.command.join(" ");
    expect(flags).toContain("--appendonly yes");
    expect(flags).toContain("--maxmemory-policy noeviction");
  });

  it("starts the program again, after what it needs, and lets it end by itself", () => {
    for (const { depends_on, restart, stop_grace_period } of [services.api, services.worker]) {
      expect(restart).toBe("unless-stopped");
      expect(Number(/^(\d+)s$/.exec(stop_grace_period ?? "")?.[1])).toBeGreaterThan(30);
      expect(Object.keys(depends_on).sort()).toEqual(["mailpit", "postgres", "redis"]);
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck } = services[z.enum(names).parse(name)];
        expect(condition).toBe(healthcheck?.test ? "service_healthy" : "service_started");
      }
    }
  });

  it("opens ports to this machine alone, and none of the worker's, so that it can be scaled", () => {
    expect(services.api.ports).toEqual(["127.0.0.1:3000:3000"]);
    expect(services.mailpit.ports).toEqual(["127.0.0.1:8025:8025"]);
    expect(services.worker.ports).toEqual([]);
    expect([...services.postgres.ports, ...services.redis.ports]).toEqual([]);
    expect(Object.keys(services.worker)).not.toContain("container_name");
    // A worker has no address that could be asked whether it is alive.
    expect(services.worker.healthcheck).toEqual({ disable: true });
  });

  it("has no password of its own, and connects as the user that it makes", () => {
    expect(() => environmentOf("postgres", {})).toThrow(/^POSTGRES_PASSWORD: /);
    expect(() => environmentOf("api", {})).toThrow(/^POSTGRES_PASSWORD: /);
    const env = { POSTGRES_PASSWORD: "s3cret" };
    const { POSTGRES_USER: user, POSTGRES_DB: db } = environmentOf("postgres", env);
    const { DATABASE_URL, REDIS_URL, SMTP_URL } = environmentOf("api", env);
    expect(DATABASE_URL).toBe(`postgres://${user}:s3cret@postgres:5432/${db}`);
    expect(REDIS_URL).toBe("redis://redis:6379");
    expect(SMTP_URL).toBe("smtp://mailpit:1025");
    expect(environmentOf("worker", env)).toEqual(environmentOf("api", env));
  });

  it("hands on every variable of .env.example that it does not set itself", () => {
    const example = parseEnv(
      readFileSync(new URL("../../../.env.example", import.meta.url), "utf8"),
    );
    // The image has the first three; Redis is one here, and no cluster.
    const own = ["HOST", "PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "REDIS_CLUSTER"];
    const given = Object.fromEntries(
      Object.keys(example)
        .filter((name) => !own.includes(name))
        .map((name) => [name, `given ${name}`]),
    );
    expect(environmentOf("api", { ...given, POSTGRES_PASSWORD: "s3cret" })).toMatchObject(given);
  });

  it.each(["api", "worker"] as const)("names a command of the program for %s", async (name) => {
    const { code, stdout } = await runProgram([...services[name].command, "--help"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Usage: aftercare ")]);
  });

  it("runs an API and two workers that send mail, and end cleanly", { timeout: 120_000 }, async ({
    onTestFinished,
  }) => {
    const owner = { onTestFinished };
    const deployment = await openDeployment("redis");
    onTestFinished(() => deployment.close());
    const smtp = await startFakeSmtp();
    onTestFinished(() => smtp.close());
    const key = "a-key-for-the-tests-of-the-packaging";
    const given = { POSTGRES_PASSWORD: "s3cret", AFTERCARE_API_KEY: key, SMTP_URL: smtp.url };
    const run = (name: "api" | "worker") =>
      startProgram(owner, services[name].command, {
        ...environmentOf(name, given),
        ...deployment.env,
      });
    const programs = await Promise.all([run("api"), run("worker"), run("worker")]);
    const [{ address }] = programs;

    const ready = await fetch(`${address}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ ready: true, ledger: true, queue: true });

    const email = "ana@example.com";
    const enrolled = await openApi(address, key).enrol({ firstName: "Ana", email });
    expect(enrolled.status).toBe(201);
    const [mail] = await until("mail arrives", () => smtp.messages.length > 0 && smtp.messages);
    expect(mail?.envelope).toEqual({ from: "care@example.com", to: [email] });

    const ends = await Promise.all(programs.map((program) => program.stop()));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});
