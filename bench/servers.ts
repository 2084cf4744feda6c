import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { startPostgres } from "../tests/support/postgresServer.ts";
import { startRedis } from "../tests/support/redisServer.ts";

/** The three ways to run the program, as the README tells them. */
export const DEPLOYMENTS = ["embedded", "postgres", "redis"] as const;

export type Deployment = (typeof DEPLOYMENTS)[number];

/** PostgreSQL and Redis of the bench's own, and a place for each deployment's data. */
export interface Servers {
  /** DATA_DIR, DATABASE_URL and REDIS_URL, as far as the deployment has them; nothing in them yet. */
  envOf(deployment: Deployment): Promise<Record<string, string>>;
  /** A new database, empty or a copy of `like`, to which nobody may be connected. Returns its address. */
  newDatabase(like?: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** A path that nothing is at yet, removed with the servers. */
  newPath(): string;
  /** Redis, emptied; what was in it is gone for everybody. */
  emptyRedis(): Promise<string>;
  /** What Redis holds, in bytes. */
  redisMemory(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts both servers. Unless they are to be `durable`, PostgreSQL writes to the disk as late as in the
 * tests (see postgresServer.ts) and Redis has no append-only file.
 */
export async function startServers(
  say: (line: string) => void,
  { durable = false } = {},
): Promise<Servers> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-bench-"));
  const closers = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  let made = 0;
  const nextName = () => `bench_${(made += 1)}`;
  try {
    const postgres = await startPostgres({ durable });
    closers.push(() => postgres.stop());
    const redis = await startRedis(say, { durable });
    closers.push(() => redis.stop());
    const redisUrl = `${redis.url}/1`;

    const newDatabase = async (like?: string) => {
      const name = nextName();
      const template = like === undefined ? "" : ` template ${nameOf(like)}`;
      await ask(postgres.url, `create database ${name}${template}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    };
    const newPath = () => path.join(directory, nextName());
    const askRedis = async <T>(act: (client: Redis) => Promise<T>) => {
      const client = new Redis(redisUrl);
      try {
        return await act(client);
      } finally {
        client.disconnect();
      }
    };

    return {
      close,
      newDatabase,
      newPath,
      dropDatabase: (url) => ask(postgres.url, `drop database ${nameOf(url)} with (force)`),
      async emptyRedis() {
        await askRedis((client) => client.flushall());
        return redisUrl;
      },
      redisMemory: () =>
        askRedis(async (client) => {
          const info = await client.info("memory");
          return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
        }),
      async envOf(deployment) {
        if (deployment === "embedded") return { DATA_DIR: newPath() };
        const DATABASE_URL = await newDatabase();
        return { DATABASE_URL, ...(deployment === "redis" && { REDIS_URL: redisUrl }) };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function ask(server: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
