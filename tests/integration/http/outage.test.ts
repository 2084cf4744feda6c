import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import { enrolmentBody, openClinic, type TestClinic } from "../../support/clinic.ts";
import { type Deployment, openDeployment } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";
import { openRelay, type Relay } from "./relay.ts";

/** A watcher asks every few seconds, and must have its answer by then. */
const SOON_MS = 5_000;

const DOWN = { ready: false, ledger: false };
const READY = { ready: true, ledger: true, queue: true };

describe("while PostgreSQL or Redis is out of reach", () => {
  let deployment: Deployment;
  let postgres: Relay;
  let redis: Relay;
  let running: TestApp;
  let clinic: TestClinic;

  beforeAll(async () => {
    deployment = await openDeployment("redis");
    const { DATABASE_URL = "", REDIS_URL = "" } = deployment.env;
    postgres = await openRelay(DATABASE_URL);
    redis = await openRelay(REDIS_URL);
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    running = await startTestApp(deployment, { env });
    clinic = await openClinic(running);
  });
  afterAll(async () => {
    await running?.app.close();
    await postgres?.close();
    await redis?.close();
    await deployment?.close();
  });

  const ready = () => callerAt(running.address, null).get<typeof READY>("/readyz");
  const enrol = () => clinic.desk.post("/v1/treatments", enrolmentBody(running.clock.now()));
  const backAgain = () =>
    until("it is ready again", async () => {
      const { status, body } = await ready();
      return status === 200 && body.queue;
    });

  it("is ready before", async () => {
    expect(await ready()).toMatchObject({ status: 200, body: READY });
  });

  it.each(["cut", "hang"] as const)("says so soon: PostgreSQL, %s", async (fault) => {
    postgres[fault]();
    try {
      const asked = performance.now();
      expect(await ready()).toMatchObject({ status: 503, body: DOWN });
      expect(performance.now() - asked).toBeLessThan(SOON_MS);
      expect((await callerAt(running.address, null).get("/healthz")).status).toBe(200);
    } finally {
      postgres.mend();
    }
    await backAgain();
    expect((await enrol()).status).toBe(201);
  });

  it("enrolments are answered 503, and when to try again", async () => {
    postgres.cut();
    try {
      for (let time = 0; time < 3; time++) {
        const answer = await enrol();
        expectProblem(answer, { status: 503, code: "unavailable" });
        expect(answer.headers.get("retry-after")).toBe("5");
      }
    } finally {
      postgres.mend();
    }
    await backAgain();
    expect((await enrol()).status).toBe(201);
  });

  it.each(["cut", "hang"] as const)("enrolments are kept without the queue: %s", async (fault) => {
    redis[fault]();
    try {
      const state = await ready();
      expect(state).toMatchObject({ status: 200, body: { ...READY, queue: false } });
      expect((await enrol()).status).toBe(201);
    } finally {
      redis.mend();
    }
    await backAgain();
  });
});

describe.each(ENGINES)("with its ledger closed on the %s engine", (kind) => {
  let deployment: Deployment;
  let running: TestApp;
  beforeAll(async () => {
    deployment = await openDeployment(kind);
    running = await startTestApp(deployment);
  });
  afterAll(async () => {
    await running?.app.close();
    await deployment?.close();
  });

  it("the program is alive and not ready", async () => {
    const clinic = await openClinic(running);
    const body = enrolmentBody(running.clock.now());
    await running.app.ledger.close();
    const asked = performance.now();
    const anybody = callerAt(running.address, null);
    expect(await anybody.get("/readyz")).toMatchObject({ status: 503, body: DOWN });
    expect(performance.now() - asked).toBeLessThan(SOON_MS);
    expect(await anybody.get("/healthz")).toMatchObject({ status: 200, body: { alive: true } });
    const answer = await clinic.desk.post("/v1/treatments", body);
    expectProblem(answer, { status: 503, code: "unavailable" });
    expectProblem(await anybody.get("/metrics"), { status: 503, code: "unavailable" });
  });
});
