import type { Owner } from "../tests/support/program.ts";

/** Runs `work` with an owner of programs, and ends whatever a failure of it has left running. */
export async function withPrograms<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const atEnd: (() => Promise<void>)[] = [];
  const endAll = async () => {
    for (const end of atEnd.splice(0).reverse()) await end();
  };
  try {
    const done = await work({ onTestFinished: (end) => void atEnd.push(end) });
    await endAll();
    return done;
  } catch (error) {
    // That they were left running is no news then.
    await endAll().catch(() => {});
    throw error;
  }
}
