import { randomUUID } from "node:crypto";
import type { Ticket } from "../../src/domain/claim.ts";
import { loadDeliverables } from "../../src/ledger/deliverables.ts";
import { type Claimed, claim } from "../../src/ledger/delivery.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";

/** What a worker does first, and then no more; null where the claim is refused. */
export async function claimOnly(
  ledger: Ledger,
  ticket: Ticket,
  now: Date,
  text = "a text",
): Promise<Claimed | null> {
  const [state] = await loadDeliverables(ledger.db, [ticket.reminderId], now);
  if (!state?.to) throw new Error("there is nothing to claim");
  const claimed = { ...state, ...ticket, to: state.to, attemptId: randomUUID() };
  const content =
    state.channel === "sms"
      ? { channel: "sms" as const, text }
      : { channel: "email" as const, subject: text, html: text, text };
  const provider = state.channel === "sms" ? "twilio" : "smtp";
  const taken = await claim(ledger, [{ claimed, content, provider }], now);
  return taken.has(claimed.attemptId) ? claimed : null;
}
