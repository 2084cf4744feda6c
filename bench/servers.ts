import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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
  close(): Promise<void>;
}

/** Starts both servers. PostgreSQL writes to the disk as late as in the tests: see postgresServer.ts. */
export async function startServers(say: (line: string) => void): Promise<Servers> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-bench-"));
  const closers = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const postgres = await startPostgres();
    closers.push(() => postgres.stop());
    const redis = await startRedis(say);
    closers.push(() => redis.stop());

    return {
      close,
      async envOf(deployment) {
        if (deployment === "embedded") return { DATA_DIR: path.join(directory, "data") };
        const DATABASE_URL = await createDatabase(postgres.url, `bench_${deployment}`);
        return { DATABASE_URL, ...(deployment === "redis" && { REDIS_URL: `${redis.url}/1` }) };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createDatabase(server: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
  } finally {
    await admin.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
