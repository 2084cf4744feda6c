import { openConfiguredLedger } from "../app.ts";
import { loadConfig } from "../config.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Opens the configured ledger for `work`, and closes it however that ends. */
export async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const ledger = await openConfiguredLedger(loadConfig());
  try {
    await work(ledger);
  } finally {
    await ledger.close();
  }
}
