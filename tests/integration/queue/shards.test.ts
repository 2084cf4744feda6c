import { Redis } from "ioredis";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Clinic, createClinic } from "../../../src/ledger/clinics.ts";
import { lostJobs, openQueueBackend, type QueueBackend } from "../../../src/queue/backend.ts";
import { dispatchDue } from "../../../src/queue/dispatcher.ts";
import { RESCUE_TIMES, startRescuer } from "../../../src/queue/rescuer.ts";
import { queueNames, shardOf } from "../../../src/queue/shards.ts";
import { startWorker } from "../../../src/queue/worker.ts";
import { startTestApp } from "../../support/app.ts";
import { DEPLOYMENTS, openDeployment } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type RedisServer, startRedis } from "../../support/redisServer.ts";
import type { RestartableServer } from "../../support/serverProcess.ts";
import { type Enrolled, useRig, ZONE } from "./rig.ts";

const SHARDS = 3;

/** Later than the rescuer leaves things alone. */
const RESCUED_AFTER_MS = 31_000;

describe.each(DEPLOYMENTS)("deliveries split over several queues, on %s", (kind) => {
  const rig = useRig(kind);
  const clinics: Clinic[] = [];
  beforeAll(async () => {
    // As many as it takes for each queue to have some.
    while (new Set(clinics.map(({ id }) => shardOf(id, SHARDS))).size < SHARDS) {
      const facts = { name: "Willow Skin Clinic", timeZone: ZONE, region: "US" };
      clinics.push(await createClinic(rig.ledger.db, facts, rig.clock.now()));
    }
  });

  /** What a process does with so many queues, until the test is over. */
  async function processWith(shards: number) {
    const backend = await rig.openQueues(shards);
    onTestFinished(() => backend.close());
    const { ledger, clock, delivery } = rig;
    const { metrics } = delivery;
    const handOver = { ledger, queue: backend, clock, metrics, horizonMs: 60_000 };
    const pacing = { pacing: {}, onCapReached: () => {} };
    return {
      backend,
      dispatch: () => dispatchDue({ ...handOver, ...pacing }, () => false),
      work: () => {
        const worker = startWorker(backend, delivery);
        onTestFinished(() => worker.close());
      },
      rescue: () =>
        startRescuer({
          delivery,
          lostJobs: (tickets) => lostJobs(backend, tickets),
          times: RESCUE_TIMES,
          everyMs: 1_000,
          onError: (error) => rig.faults.push(error),
        }).stop(),
    };
  }

  const patients = async () => {
    const enrolled: Enrolled[] = [];
    for (const clinic of clinics) enrolled.push(await rig.enrol("once", ["sms"], clinic));
    return enrolled;
  };
  const statuses = async (of: readonly Enrolled[]) => {
    const { rows } = await sql<{ status: string; dispatchNo: number }>`
      select status, dispatch_no as "dispatchNo" from aftercare.reminders
      where id = any(${of.map(({ reminder }) => reminder.id)}::uuid[])`.execute(rig.ledger.db);
    return rows;
  };
  const sent = (of: readonly Enrolled[]) =>
    until("all are sent", async () =>
      (await statuses(of)).every(({ status }) => status === "sent"),
    );
  const waiting = (backend: QueueBackend) =>
    Promise.all(backend.queues.map((queue) => queue.getWaitingCount()));

  it("are each in its clinic's queue, and all are sent once", async () => {
    const { backend, dispatch, work } = await processWith(SHARDS);
    const enrolled = await patients();
    await dispatch();
    const expected = backend.queues.map(
      (_queue, shard) => clinics.filter(({ id }) => shardOf(id, SHARDS) === shard).length,
    );
    expect(await waiting(backend)).toEqual(expected);
    expect(expected).not.toContain(0);
    expect(await backend.answers()).toBe(true);
    work();
    await sent(enrolled);
    for (const patient of enrolled) expect(rig.texts(patient)).toHaveLength(1);
  });

  it("are not taken back while their jobs are in their queues", async () => {
    const { dispatch, rescue, work } = await processWith(SHARDS);
    const enrolled = await patients();
    await dispatch();
    rig.skip(RESCUED_AFTER_MS);
    await rescue();
    expect(await statuses(enrolled)).toEqual(
      enrolled.map(() => ({ status: "queued", dispatchNo: 1 })),
    );
    work();
    await sent(enrolled);
  });

  it.each([
    [1, SHARDS],
    [SHARDS, 1],
    [SHARDS, SHARDS + 1],
  ])("go on where %d queues become %d, each sent once", async (before, after) => {
    const enrolled = await patients();
    const old = await processWith(before);
    await old.dispatch();
    const next = await processWith(after);
    next.work();
    rig.skip(RESCUED_AFTER_MS);
    await next.rescue();
    await next.dispatch();
    await sent(enrolled);
    // Whoever reads the old queues later finds nothing to do there.
    old.work();
    await until("the old queues are empty", async () =>
      (await waiting(old.backend)).every((count) => count === 0),
    );
    for (const patient of enrolled) expect(rig.texts(patient)).toHaveLength(1);
  });
});

describe("the names of the queues", () => {
  it("are today's where there is one, and have hash tags of their own where there are more", () => {
    expect(queueNames(1)).toEqual(["deliver"]);
    expect(queueNames(3)).toEqual(["{deliver-0}", "{deliver-1}", "{deliver-2}"]);
  });

  it("share the clinics out about evenly, and always in the same way", () => {
    const ids = Array.from({ length: 8_000 }, (_, index) => `clinic ${index}`);
    const counts = Array.from({ length: 8 }, (_, shard) => {
      return ids.filter((id) => shardOf(id, 8) === shard).length;
    });
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
    expect(shardOf("b3c0d6a2-1111-4222-8333-444455556666", 8)).toBe(1);
    expect(ids.every((id) => shardOf(id, 1) === 0)).toBe(true);
  });
});

describe("on a node of a Redis Cluster", () => {
  let server: RedisServer & RestartableServer;
  beforeAll(async () => {
    server = await startRedis(() => {}, { cluster: true });
  });
  afterAll(() => server.stop());

  /** Eight queues there; the ledger is used by the other back end only. */
  const open = (redisCluster: boolean, onFault: (fault: unknown) => void) => {
    const options = { ledger: undefined as never, redisUrl: server.url, redisCluster, shards: 8 };
    return openQueueBackend(options, onFault);
  };
  const job = (index: number) => ({
    clinicId: `clinic ${index}`,
    name: "deliver",
    data: { tickets: [{ reminderId: `reminder ${index}`, dispatchNo: 1 }] },
    opts: { jobId: `job-${index}`, delay: index % 2, removeOnComplete: index % 3 > 0 },
  });

  it.each([
    ["one server", false],
    ["a cluster", true],
  ])(
    "reached as %s, the keys of each queue have one slot, and the queues different ones",
    async (_what, asCluster) => {
      const faults: unknown[] = [];
      const backend = await open(asCluster, (fault) => faults.push(fault));
      const done = new Set<string>();
      const workers = backend.openWorkers(
        async (job) => {
          for (const { reminderId } of job.data.tickets) done.add(reminderId);
          await Promise.resolve();
        },
        { concurrency: 8 },
      );
      const jobs = Array.from({ length: 200 }, (_, index) => job(index));
      await backend.add(jobs);
      await until("all are done", () => done.size === jobs.length);
      await workers.close();
      await backend.close();

      // A command whose keys are in several slots is refused, and would be a fault.
      expect(faults).toEqual([]);
      const redis = new Redis(server.url);
      const keys = await redis.keys("*");
      const slots = new Map<string, Set<number>>();
      for (const key of keys) {
        const [, queue = ""] = key.split(":");
        const slot = Number(await redis.call("CLUSTER", "KEYSLOT", key));
        slots.set(queue, (slots.get(queue) ?? new Set()).add(slot));
      }
      await redis.flushall();
      redis.disconnect();
      expect([...slots.keys()].toSorted()).toEqual(queueNames(8));
      for (const ofQueue of slots.values()) expect(ofQueue.size).toBe(1);
      expect(new Set([...slots.values()].flatMap((ofQueue) => [...ofQueue])).size).toBe(8);
    },
  );

  it("a cluster that is away is not waited for, and goes on when it is back", async () => {
    const backend = await open(true, () => {});
    onTestFinished(() => backend.close());
    await backend.add([job(1)]);
    await server.end("SIGKILL");
    await until("it is noticed", async () => !(await backend.answers()));
    const added = await backend.add([job(2)]).then(
      () => true,
      () => false,
    );
    expect(added).toBe(false);
    await server.start();
    await until("it answers", () => backend.answers());
    await backend.add([job(3)]);
  });
});

it("a process that starts with another number of queues than the last says so", async () => {
  const deployment = await openDeployment("postgres");
  onTestFinished(() => deployment.close());
  const warningsOf = async (shards: number) => {
    const log: string[] = [];
    const env = { QUEUE_SHARDS: String(shards) };
    const { app } = await startTestApp(deployment, { env, onLog: (line) => log.push(line) });
    await app.close();
    return log
      .map((line) => JSON.parse(line) as { part: string })
      .filter(({ part }) => part === "queue");
  };
  expect(await warningsOf(1)).toEqual([]);
  expect(await warningsOf(4)).toMatchObject([{ level: 40, before: 1, shards: 4 }]);
  expect(await warningsOf(4)).toEqual([]);
});
