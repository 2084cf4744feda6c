import { Redis } from "ioredis";
import { inject } from "vitest";
import { until } from "./poll.ts";

/** A Redis database of its own. */
export interface TestRedis {
  url: string;
  /** Empties it. Throws, having emptied it, if something is still connected to it: a leak. */
  drop(): Promise<void>;
}

/** Takes the next database of the tests' Redis server, and empties it. */
export async function createRedisDatabase(): Promise<TestRedis> {
  const number = await asAdmin(0, async (admin) => {
    const [, databases] = (await admin.config("GET", "databases")) as [string, string];
    // Counted on the server, because test files run in several processes.
    const count = await admin.incr("aftercare:tests:databases");
    return 1 + (count % (Number(databases) - 1));
  });
  await asAdmin(number, (redis) => redis.flushdb());
  return { url: urlOf(number), drop: () => asAdmin(number, (redis) => drop(redis, number)) };
}

async function drop(redis: Redis, number: number): Promise<void> {
  const own = `id=${await redis.client("ID")} `;
  const connected = async () => {
    const clients = String(await redis.client("LIST")).split("\n");
    return clients.filter((line) => line.includes(` db=${number} `) && !line.startsWith(own));
  };
  const left = await until("Redis is left", async () => (await connected()).length === 0, {
    deadlineMs: 3_000,
  }).then(
    () => [],
    () => connected(),
  );
  await redis.flushdb();
  if (left.length > 0) throw new Error(`connections to Redis were left open: ${left.join("; ")}`);
}

function urlOf(number: number): string {
  const url = new URL(inject("redisUrl"));
  url.pathname = `/${number}`;
  return url.href;
}

async function asAdmin<T>(number: number, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(urlOf(number), { lazyConnect: true });
  await redis.connect();
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
