import { setTimeout as pause } from "node:timers/promises";
import { type Installation, TWILIO_LATENCY } from "../installation.ts";
import { arrived, type Fault } from "./fault.ts";

/** How long a provider fails every time, after it has failed now and then. */
const OUTAGE_MS = 10_000;

export const providerHang: Fault = {
  name: "provider-hang",
  about:
    "Twilio never answers one request in ten; half of those messages it sends, half it does not.",
  async inject(installation) {
    installation.twilio.acceptThenHang(Infinity, { share: 0.05 });
    installation.twilio.hang(Infinity, { share: 0.05 });
    await arrived(installation, 0.7);
    heal(installation);
  },
};

export const provider500: Fault = {
  name: "provider-500",
  about:
    "Twilio answers four requests in ten, then all for 10 s, with a gateway's page and 500; a quarter of those messages it sends.",
  async inject(installation) {
    installation.twilio.acceptThenHtml(500, Infinity, { share: 0.1 });
    installation.twilio.html500(Infinity, { share: 0.33 });
    await arrived(installation, 0.4);
    heal(installation);
    installation.twilio.acceptThenHtml(500, Infinity, { share: 0.25 });
    installation.twilio.html500(Infinity);
    await pause(OUTAGE_MS);
    heal(installation);
  },
};

export const provider429: Fault = {
  name: "provider-429",
  about:
    "Twilio answers half of the requests, then all for 10 s, with 429 and a Retry-After of 2 s.",
  async inject(installation) {
    installation.twilio.rateLimit(Infinity, 2, { share: 0.5 });
    await arrived(installation, 0.4);
    installation.twilio.rateLimit(Infinity, 2);
    await pause(OUTAGE_MS);
    heal(installation);
  },
};

export const providerAcceptsThenDrops: Fault = {
  name: "provider-accepts-then-drops",
  about:
    "One message in five is taken, by Twilio or by the mail server after its final dot, and then the connection is cut.",
  async inject(installation) {
    installation.twilio.acceptThenDrop(Infinity, { share: 0.2 });
    installation.smtp.drop("end", Infinity, { keep: true, share: 0.2 });
    await arrived(installation, 0.8);
    heal(installation);
  },
};

export const duplicateReceipts: Fault = {
  name: "duplicate-receipts",
  about:
    "Twilio posts every receipt three times and more, `delivered` ahead of `sent`, and receipts of attempts that nobody made.",
  async prepare({ twilio }) {
    twilio.autoCallback({ afterMs: 1_000, repeat: 3 });
  },
};

function heal({ twilio, smtp }: Installation): void {
  twilio.heal();
  twilio.delay(TWILIO_LATENCY);
  smtp.heal();
}
