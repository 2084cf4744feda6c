import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { createDatabase } from "./postgres.ts";
import { createRedisDatabase } from "./redis.ts";

/** The three ways to run the program; what holds for one holds for all. */
export const DEPLOYMENTS = ["embedded", "postgres", "redis"] as const;

export type DeploymentKind = (typeof DEPLOYMENTS)[number];

/** A fresh place for one program's data. */
export interface Deployment {
  kind: DeploymentKind;
  /** DATA_DIR, and by kind DATABASE_URL and REDIS_URL. */
  env: Record<string, string>;
  /** Removes everything. Throws, having done so, if something is still connected. */
  close(): Promise<void>;
}

/** Makes a fresh DATA_DIR (with an empty database in it), and by kind a fresh database and a fresh Redis database. */
export async function openDeployment(kind: DeploymentKind): Promise<Deployment> {
  const env: Record<string, string> = {};
  const closes: (() => Promise<void>)[] = [];
  const close = async () => {
    const ends = await Promise.allSettled(closes.splice(0).map((each) => each()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };
  try {
    const directory = await mkdtemp(path.join(tmpdir(), "aftercare-data-"));
    closes.push(() => rm(directory, { recursive: true, force: true }));
    env["DATA_DIR"] = directory;
    if (kind === "embedded") {
      await cp(inject("dataDirTemplate"), directory, { recursive: true });
    } else {
      const database = await createDatabase();
      closes.push(() => database.drop());
      env["DATABASE_URL"] = database.url;
    }
    if (kind === "redis") {
      const redis = await createRedisDatabase();
      closes.push(() => redis.drop());
      env["REDIS_URL"] = redis.url;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { kind, env, close };
}
