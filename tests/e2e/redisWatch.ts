import { Redis } from "ioredis";
import { until } from "../support/poll.ts";
import type { Owner } from "../support/program.ts";

/** Sees everything that goes into one Redis server. */
export interface RedisWatch {
  /**
   * Every command with its arguments since the watch began, as MONITOR shows it, and every key of
   * the database with its value.
   */
  everything(): Promise<string>;
}

/** Watches with MONITOR until the test is over. */
export async function watchRedis(owner: Owner, url: string): Promise<RedisWatch> {
  const reader = new Redis(url);
  owner.onTestFinished(async () => reader.disconnect());
  const monitor = await reader.monitor();
  owner.onTestFinished(async () => monitor.disconnect());
  const seen: string[] = [];
  monitor.on("monitor", (_time: string, args: string[]) => seen.push(args.join(" ")));

  return {
    async everything() {
      // The monitor is told in order: once it has seen this, it has seen all before it.
      const mark = `end of watch ${seen.length}`;
      await reader.echo(mark);
      await until("the monitor has caught up", () => seen.some((line) => line.includes(mark)));
      const lines = [...seen];
      for await (const keys of reader.scanStream({ count: 500 })) {
        for (const key of keys as string[]) lines.push(`${key} ${await valueOf(reader, key)}`);
      }
      return lines.join("\n");
    },
  };
}

async function valueOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return (await redis.get(key)) ?? "";
    case "hash":
      return JSON.stringify(await redis.hgetall(key));
    case "list":
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case "set":
      return JSON.stringify(await redis.smembers(key));
    case "zset":
      return JSON.stringify(await redis.zrange(key, "0", "-1"));
    case "stream":
      return JSON.stringify(await redis.xrange(key, "-", "+"));
    case "none":
      return "";
    default:
      throw new Error(`a key of a kind that is not read here: ${type}`);
  }
}
