import { until } from "../tests/support/poll.ts";
import {
  type Owner,
  type Program,
  type ProgramOptions,
  startProgram,
} from "../tests/support/program.ts";

/** One process of the installation, which can be killed and comes back under its name. */
export interface Member {
  name: string;
  /** Where it listens; empty for a worker. */
  address(): string;
  pid(): number;
  /** Starts it, and waits until it is at work. */
  start(options?: ProgramOptions): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Waits until it has ended by itself, as it should; returns its exit code. */
  endsByItself(): Promise<number | null>;
  /** How it came to an end that nobody asked for; null where it has not. */
  unasked(): string | null;
  /** What all its runs have written to standard error. */
  errors(): string;
}

/** Describes a process of `aftercare <args>`; it does not run yet. */
export function member(
  owner: Owner,
  name: string,
  args: string[],
  env: Record<string, string>,
): Member {
  let program: Program | null = null;
  let before = "";

  /** Takes leave of a run, so that its end is nothing unasked for. */
  async function leave(by: (run: Program) => Promise<unknown>): Promise<void> {
    if (program === null) return;
    const run = program;
    program = null;
    await by(run);
    before += run.stderr();
  }

  return {
    name,
    address: () => program?.address ?? "",
    pid: () => program?.pid ?? 0,
    async start(options) {
      program = await startProgram(owner, args, env, options);
    },
    kill: () => leave((run) => run.kill9()),
    stop: () => leave((run) => run.stop()),
    signal(signal) {
      if (program !== null) process.kill(program.pid, signal);
    },
    async endsByItself() {
      const run = program;
      if (run === null) throw new Error(`${name} does not run`);
      const { code } = await until(`${name} ends by itself`, () => run.ended(), {
        deadlineMs: 60_000,
      });
      await leave(async () => {});
      return code;
    },
    unasked() {
      const end = program?.ended() ?? null;
      return end && `${name} ended by itself (${end.code ?? end.signal})`;
    },
    errors: () => before + (program?.stderr() ?? ""),
  };
}
