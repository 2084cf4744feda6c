import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { until } from "../../tests/support/poll.ts";
import { arrived, type Fault } from "./fault.ts";

const FLUSH_AT = [0.15, 0.35, 0.55, 0.75];

const REDIS_AWAY_MS = 30_000;

const POSTGRES_AWAY_MS = 3_000;

export const flushRedis: Fault = {
  name: "flush-redis",
  about:
    "Everything in the queue is deleted while reminders wait in it, four times: FLUSHALL, or the rows of BullMQ's tables.",
  notOn: { embedded: "nobody but the program can reach its queue" },
  async inject(installation) {
    const { redis, postgres } = installation;
    for (const share of FLUSH_AT) {
      await arrived(installation, share);
      if (redis !== null) await flushAll(redis.url);
      else if (postgres !== null) await emptyQueueTables(postgres.url);
    }
  },
};

async function flushAll(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

async function emptyQueueTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables
       where table_schema = 'bullmq' and table_type = 'BASE TABLE' and table_name !~ 'migration'`,
    );
    for (const { name } of rows) {
      // A worker that has a row locked meanwhile may make it the victim of a deadlock.
      await until(`bullmq.${name} is empty`, async () => {
        await client.query(`delete from bullmq.${name}`);
        return true;
      });
    }
  } finally {
    await client.end();
  }
}

export const stopRedis: Fault = {
  name: "stop-redis",
  about:
    "Redis is stopped for 30 s and started again with the data that it had. Enrolments are to be answered 201 all the time.",
  notOn: { postgres: "there is no Redis", embedded: "there is no Redis" },
  async inject(installation) {
    await arrived(installation, 0.2);
    await installation.redis?.end("SIGTERM");
    await pause(REDIS_AWAY_MS);
    await installation.redis?.start();
  },
};

export const restartPostgres: Fault = {
  name: "restart-postgres",
  about:
    "PostgreSQL is shut down in immediate mode, as by a crash, and started again 3 s later, twice. Enrolments that are answered 503 are asked again under their Idempotency-Key.",
  notOn: { embedded: "the engine ends with the program: see kill-worker" },
  stopsApiOn: ["redis", "postgres"],
  async inject(installation) {
    for (const share of [0.2, 0.5]) {
      await arrived(installation, share);
      await installation.postgres?.end("SIGQUIT");
      await pause(POSTGRES_AWAY_MS);
      await installation.postgres?.start();
    }
  },
};
