import { randomUUID } from "node:crypto";
import type { InboundRead, InboundReading } from "../../../src/domain/inbound.ts";
import { receiveInbound } from "../../../src/ledger/inbound.ts";
import type { TestApp } from "../../support/app.ts";

/** What a text is answered with in these tests. */
export const ANSWER = "Please call us now: +1 212 555 0100.";

/** Lets a patient's text arrive that is read as `reading`. */
export async function writeIn(
  { app, clock }: TestApp,
  from: string,
  body: string,
  reading: InboundReading,
): Promise<void> {
  const read: InboundRead = {
    reading,
    stops: false,
    starts: false,
    alarms: reading === "alarm",
    answer: null,
    person: reading !== "help",
  };
  const text = { providerId: `SM${randomUUID()}`, from, body, answeredByProvider: false };
  await receiveInbound(app.ledger, text, { read: () => read, word: () => ANSWER }, clock.now());
}
