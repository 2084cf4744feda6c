import { openConfiguredLedger } from "../app.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Who acts, as the audit has it, where a command does. */
export const OPERATOR = "command line";

/** Opens the configured ledger for `work`, and closes it however that ends. */
export async function withLedger(
  work: (ledger: Ledger, config: Config) => Promise<void>,
): Promise<void> {
  const config = loadConfig();
  const ledger = await openConfiguredLedger(config);
  try {
    await work(ledger, config);
  } finally {
    await ledger.close();
  }
}
