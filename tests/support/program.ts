import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./poll.ts";

/** Who starts a program: a test's context, or anything else that lets things be done at its end. */
export interface Owner {
  onTestFinished(atEnd: () => Promise<void>): void;
}

/** How a program ended, and all that it printed. */
export interface Ended {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The built program, running in a process of its own. */
export interface Program {
  pid: number;
  /** Where it listens, without a slash at the end; empty for one that does not. */
  address: string;
  stdout(): string;
  stderr(): string;
  /** How it ended; null while it runs. */
  ended(): Ended | null;
  /** Sends SIGTERM, as an operator does, and waits until it has ended. */
  stop(): Promise<Ended>;
  /** Ends it as a power cut does. */
  kill9(): Promise<Ended>;
}

export interface ProgramOptions {
  /** Arguments of Node's own, before the program's. */
  nodeArgs?: string[];
  /** What is run in place of the built program's command line. */
  main?: string;
}

/** The built program: `npm test` builds it first. */
const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What `serve`, `worker` and `demo` say once they are at work. */
const READY =
  /Aftercare listens on (http:\S+)|Aftercare's worker is running|Time runs fast from here on/;

/** A start makes the embedded engine's files and all tables, on a machine that is busy with tests. */
const START_MS = 60_000;

/** More than the 30 s that the program gives itself. */
const STOP_MS = 40_000;

/** Those that run, to be ended with this process, whichever way that ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts `aftercare serve`, `worker` or `demo` and waits until it is at work. It sees no environment
 * but `env`, and listens on a port that the system chooses unless `env` names one.
 * One that still runs when its owner is done is killed, and the owner's test fails.
 */
export async function startProgram(
  owner: Owner,
  args: string[],
  env: Record<string, string>,
  { nodeArgs = [], main = MAIN }: ProgramOptions = {},
): Promise<Program> {
  const child = launch(args, { PORT: "0", ...env }, main, nodeArgs);
  owner.onTestFinished(() => child.refuseLeak());
  const ready = await until(
    `aftercare ${args.join(" ")} is at work`,
    () => READY.exec(child.output.stdout) ?? child.ended(),
    { deadlineMs: START_MS },
  );
  if (!Array.isArray(ready)) {
    const { code, signal, stderr } = ready;
    throw new Error(`aftercare ${args.join(" ")} ended with ${code ?? signal}: ${stderr}`);
  }
  return {
    pid: child.pid,
    address: ready[1] ?? "",
    stdout: () => child.output.stdout,
    stderr: () => child.output.stderr,
    ended: child.ended,
    stop: () => child.end("SIGTERM"),
    kill9: () => child.end("SIGKILL"),
  };
}

/** Runs an `aftercare` command until it ends by itself; one that takes too long is killed. */
export async function runProgram(
  args: string[],
  env: Record<string, string> = {},
  { main = MAIN, deadlineMs = 60_000 }: { main?: string; deadlineMs?: number } = {},
): Promise<Ended> {
  const child = launch(args, env, main);
  try {
    return await until(`aftercare ${args.join(" ")} ends`, child.ended, { deadlineMs });
  } catch (error) {
    await child.end("SIGKILL");
    throw error;
  }
}

function launch(args: string[], env: Record<string, string>, main = MAIN, nodeArgs: string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], ...env },
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  let end: Ended | null = null;
  const closed = once(child, "close").then(() => {
    running.delete(child);
    end = { code: child.exitCode, signal: child.signalCode, ...output };
    return end;
  });

  async function endWith(signal: NodeJS.Signals): Promise<Ended> {
    if (end !== null) return end;
    child.kill(signal);
    const impatience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    return closed.finally(() => clearTimeout(impatience));
  }
  return {
    pid: child.pid ?? 0,
    output,
    ended: () => end,
    end: endWith,
    async refuseLeak(): Promise<void> {
      if (end !== null) return;
      await endWith("SIGKILL");
      throw new Error(`the program was left running: ${args.join(" ")}\n${output.stderr}`);
    },
  };
}
