import type { TestProject } from "vitest/node";
import { findChromium } from "./chromium.ts";
import { makeDataDirTemplate } from "./dataDirTemplate.ts";
import { type PostgresServer, postgresAnswers, startPostgres } from "./postgresServer.ts";
import { type RedisServer, redisAnswers, startRedis } from "./redisServer.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL user that may create databases. */
    postgresUrl: string;
    /** A Redis server, whose databases from 1 on the tests empty and use. */
    redisUrl: string;
    /** A data directory of the embedded engine, to be copied. */
    dataDirTemplate: string;
    /** Where Chromium can be started from. */
    chromium: string;
  }
}

/**
 * Finds or starts the servers that the tests of all three deployments need, and returns what stops
 * those that it started. Where one cannot be had, it stops the others, says so in a line, and ends
 * the run: without a server nothing below would mean anything.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map((each) => each()));
  };
  const postgres = findPostgres().then((server) => {
    stops.push(() => server.stop());
    project.provide("postgresUrl", server.url);
    return `PostgreSQL on ${hostOf(server.url)}`;
  });
  const redis = findRedis().then((server) => {
    stops.push(() => server.stop());
    project.provide("redisUrl", server.url);
    return `Redis on ${hostOf(server.url)}`;
  });
  const dataDir = makeDataDirTemplate().then((template) => {
    stops.push(() => template.remove());
    project.provide("dataDirTemplate", template.directory);
    return "PGlite in temporary directories";
  });

  const chromium = findChromium().then((executable) => {
    project.provide("chromium", executable);
    return `Chromium at ${executable}`;
  });

  const found = await Promise.allSettled([postgres, redis, dataDir, chromium]);
  const missing = found.filter((each) => each.status === "rejected");
  if (missing.length > 0) {
    await stop();
    for (const { reason } of missing)
      say(reason instanceof Error ? reason.message : String(reason));
    process.exit(1);
  }
  say(found.map((each) => (each.status === "fulfilled" ? each.value : "")).join(", "));
  return stop;
}

/** Without the password. */
const hostOf = (url: string) => new URL(url).host;

async function findPostgres(): Promise<PostgresServer> {
  const url = process.env["TEST_DATABASE_URL"];
  if (!url) return startPostgres();
  await postgresAnswers(url).catch((error: unknown) => {
    throw new Error(`no PostgreSQL answers at TEST_DATABASE_URL: ${String(error)}`);
  });
  return { url, stop: async () => {} };
}

async function findRedis(): Promise<RedisServer> {
  const url = process.env["TEST_REDIS_URL"];
  if (!url) return startRedis(say);
  await redisAnswers(url).catch(() => {
    throw new Error("no Redis answers at TEST_REDIS_URL");
  });
  return { url, stop: async () => {} };
}

function say(line: string): void {
  process.stdout.write(`tests: ${line}\n`);
}
