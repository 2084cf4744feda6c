import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { until } from "./poll.ts";

/** A server program to be run for the tests, and what it keeps in a directory of its own. */
export interface ServerProgram {
  name: string;
  command: string;
  args: string[];
  /** Removed with everything in it when the server stops. */
  directory: string;
  /** Whom to run it as; by default, whoever runs the tests. */
  user?: { uid: number; gid: number };
  /** Gives true when the server answers. It is asked until then, or until the server is gone. */
  isReady: () => Promise<boolean>;
}

/** A server that runs. */
export interface ServerProcess {
  stop(): Promise<void>;
}

/** One that can end and come back with all that it had kept. */
export interface RestartableServer extends ServerProcess {
  /** Ends it with this signal, and leaves its directory as it is. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again as it was started first, and waits until it answers. */
  start(): Promise<void>;
}

/** Starts a server and waits until it answers. Where that fails, nothing of it is left. */
export async function startServer(program: ServerProgram): Promise<RestartableServer> {
  let running = launch(program);
  const start = async () => {
    running = launch(program);
    await running.answers();
  };
  const end = async (signal: NodeJS.Signals) => {
    await endProcess(running.child, signal);
    running.letGo();
  };
  const stop = async () => {
    // SIGINT is the quick and clean way out of both PostgreSQL and Redis.
    await endProcess(running.child, "SIGINT");
    await rm(program.directory, { recursive: true, force: true });
    running.letGo();
  };
  try {
    await running.answers();
    return { stop, end, start };
  } catch (error) {
    await stop();
    throw new Error(`${program.name} did not start: ${String(error)}`, { cause: error });
  }
}

interface Launched {
  child: ChildProcess;
  /** Resolves once the server answers; throws what it said where it is gone. */
  answers(): Promise<void>;
  /** Leaves its directory to the caller from here on. */
  letGo(): void;
}

function launch(program: ServerProgram): Launched {
  const logFile = path.join(program.directory, "server.log");
  const log = openSync(logFile, "a");
  const child = spawn(program.command, program.args, {
    cwd: program.directory,
    stdio: ["ignore", log, log],
    ...program.user,
  });
  closeSync(log);
  let failure: Error | null = null;
  child.once("error", (error) => {
    failure = error;
  });
  const reaper = startReaper(child, program.directory);
  return {
    child,
    letGo: () => void reaper?.kill("SIGKILL"),
    async answers() {
      await until(
        `${program.name} answers`,
        async () => {
          if (failure !== null || hasEnded(child)) return true;
          return program.isReady().catch(() => false);
        },
        { deadlineMs: 30_000, everyMs: 30 },
      );
      if (failure !== null || hasEnded(child)) throw failure ?? new Error(lastLines(logFile));
    },
  };
}

/**
 * Ends the server when this process is gone, however it went: its end of the pipe is closed then,
 * and the shell reads on. A group of its own, so that Ctrl-C does not end the reaper first.
 */
function startReaper(server: ChildProcess, directory: string): ChildProcess | null {
  if (server.pid === undefined || process.platform === "win32") return null;
  const script = 'cat >/dev/null; kill -INT "$1"; sleep 2; kill -KILL "$1"; rm -rf "$2"';
  const reaper = spawn("sh", ["-c", script, "reaper", String(server.pid), directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  reaper.on("error", () => {});
  reaper.unref();
  return reaper;
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, "exit");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 5_000);
  child.kill(signal);
  await ended;
  clearTimeout(impatience);
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}

/** A port of 127.0.0.1 that was free a moment ago, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
