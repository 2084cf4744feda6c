import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A program of these tests that runs in a process of its own. */
export interface Child {
  pid: number;
  /** What it has printed, line by line. */
  lines(): string[];
  /** What it has printed to its error output. */
  errors(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the script beside this file; it is killed when the test is over. */
export function startChild(script: string, ...args: string[]): Child {
  return watch(process.execPath, ["--import", "tsx", pathOf(script), ...args]);
}

/** The same, where no file can grow beyond `kilobytes`, as if the disk were full. */
export function startCrampedChild(kilobytes: number, script: string, ...args: string[]): Child {
  // The shell counts blocks of 512 bytes.
  const start = `ulimit -f ${kilobytes * 2}; exec "$0" --import tsx "$@"`;
  return watch("sh", ["-c", start, process.execPath, pathOf(script), ...args]);
}

const pathOf = (script: string) => fileURLToPath(new URL(script, import.meta.url));

function watch(command: string, args: string[]): Child {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const kill = (signal: NodeJS.Signals) => end(child, signal);
  onTestFinished(() => kill("SIGKILL"));
  return {
    pid: child.pid ?? 0,
    // The last piece is not a whole line.
    lines: () => output.split("\n").slice(0, -1),
    errors: () => errors,
    kill,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill(signal);
  await closed;
}
