import { setTimeout as pause } from "node:timers/promises";

/** How long to wait for something, and how often to look, in milliseconds. */
export interface Patience {
  deadlineMs?: number;
  everyMs?: number;
}

/**
 * Waits until `check` gives something other than false, null and undefined, and returns it. Past
 * the deadline it throws, naming `what` was waited for, and with the last error of `check` as the
 * cause if it threw one.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { deadlineMs = 10_000, everyMs = 20 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      const found = await check();
      if (found !== undefined && found !== false && found !== null) return found;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${deadlineMs} ms in vain: ${what}`, { cause: failure });
    }
    await pause(everyMs);
  }
}
