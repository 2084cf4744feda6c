import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { until } from "./poll.ts";
import {
  freePort,
  type RestartableServer,
  type ServerProcess,
  startServer,
} from "./serverProcess.ts";

const run = promisify(execFile);

/** A Redis server of these tests, and its address, without the number of a database. */
export interface RedisServer extends ServerProcess {
  url: string;
}

/**
 * Starts the `redis-server` that is on the PATH, in a temporary directory. On a Debian-like system
 * root installs it first, if it is missing; else it throws an error that says what to install. A
 * `durable` one has its append-only file, as an operator's should. A `cluster` is one node of one, which
 * has all its slots, and database 0 alone.
 */
export async function startRedis(
  say: (line: string) => void,
  { durable = false, cluster = false } = {},
): Promise<RedisServer & RestartableServer> {
  if (!(await works("redis-server"))) await install(say);
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-redis-"));
  try {
    const port = await freePort();
    const password = randomBytes(12).toString("hex");
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const settings = {
      bind: "127.0.0.1",
      port: String(port),
      requirepass: password,
      databases: cluster ? "1" : "512",
      ...(cluster && {
        "cluster-enabled": "yes",
        "cluster-port": String(await freePort()),
        // Clients ask a node for its address, and one that has met no other does not know it.
        "cluster-announce-ip": "127.0.0.1",
      }),
      "maxmemory-policy": "noeviction",
      // Without it nothing outlives the run.
      save: "",
      appendonly: durable ? "yes" : "no",
      appendfsync: "everysec",
    };
    const server = await startServer({
      name: "Redis",
      command: "redis-server",
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      directory,
      isReady: () => redisAnswers(url),
    });
    if (cluster) await ownAllSlots(url);
    return { ...server, url };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function ownAllSlots(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await until("the cluster serves its slots", async () =>
      String(await redis.call("CLUSTER", "INFO")).includes("cluster_state:ok"),
    );
  } finally {
    redis.disconnect();
  }
}

async function install(say: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0 || !(await works("apt-get"))) {
    throw new Error(
      "the tests need redis-server on the PATH (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis), or TEST_REDIS_URL",
    );
  }
  say(
    "no redis-server found: installing it with apt-get update && apt-get install -y redis-server",
  );
  // RUNLEVEL=1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  try {
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"], { env });
  } catch (error) {
    throw new Error("could not install redis-server: install it by hand, or set TEST_REDIS_URL", {
      cause: error,
    });
  }
}

const works = (command: string) =>
  run(command, ["--version"]).then(
    () => true,
    () => false,
  );

/** True, or the error of connecting. */
export async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === "PONG";
  } finally {
    redis.disconnect();
  }
}
