import { smtpChannel } from "../../../src/channels/smtp.ts";
import { twilioChannel } from "../../../src/channels/twilio.ts";
import type { Delivery } from "../../../src/queue/deliver.ts";
import type { FakeSmtp } from "../../support/fakeSmtp.ts";
import type { FakeTwilio } from "../../support/fakeTwilio.ts";

/** The program's channels with shorter times to wait, so that a silence ends within a test. */
export function openChannels(twilio: FakeTwilio, smtp: FakeSmtp): Delivery["channels"] {
  const { accountSid, authToken, url: baseUrl } = twilio;
  return {
    sms: twilioChannel({
      config: { accountSid, authToken, baseUrl, sender: { from: "+12125550100" } },
      statusCallbackUrl: (id) => `https://care.example.test/webhooks/twilio/status/${id}`,
      timeoutMs: 2_000,
    }),
    email: smtpChannel({
      config: { url: smtp.url, from: "care@willow.example.test" },
      replyTimeoutMs: 2_000,
    }),
  };
}
