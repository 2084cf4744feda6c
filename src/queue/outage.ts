import { setTimeout as pause } from "node:timers/promises";
import { isOutage } from "../ledger/outage.ts";

/** How long an outage of the ledger is waited for, and how often it is tried, in milliseconds. */
const PATIENCE_MS = 300_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Does `work` on the ledger, again and again while the ledger is away. Throws what `work` throws
 * where that is no outage, or where the outage outlasts 5 minutes: then the rescuer takes over.
 */
export async function throughOutage<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || performance.now() > deadline) throw error;
      await pause(pauseMs);
    }
  }
}
