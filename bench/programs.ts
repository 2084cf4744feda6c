import type { Owner } from "../tests/support/program.ts";

/** Runs `work` with an owner of programs, and ends whatever it has left running. */
export async function withPrograms<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const atEnd: (() => Promise<void>)[] = [];
  try {
    return await work({ onTestFinished: (end) => void atEnd.push(end) });
  } finally {
    for (const end of atEnd.reverse()) await end();
  }
}
