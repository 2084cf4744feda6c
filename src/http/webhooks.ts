import formbody from "@fastify/formbody";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { meaningOfTwilioStatus } from "../channels/twilioOutcome.ts";
import { validTwilioRequest } from "../channels/twilioSignature.ts";
import type { Clock } from "../clock.ts";
import type { PauseChange } from "../ledger/channelStates.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { addReceipt } from "../ledger/receipts.ts";
import { HttpProblem, notFound } from "./problem.ts";

export interface WebhookRoutes {
  ledger: Ledger;
  clock: Clock;
  /** The address that Twilio knows this server by: its signature covers it. */
  publicUrl: string;
  /** Twilio's auth token; without one there is nobody to hear from. */
  twilioAuthToken: string | null;
  /** Told where a receipt has made a reminder due at once. */
  onDue: () => void;
  /** Told when a clinic's channel is paused, or works again. */
  onPause: (change: PauseChange) => void;
}

/** What Twilio tells of a message: form fields, of which it may add more without notice. */
const receiptBody = z.looseObject({
  MessageStatus: z.string().max(40),
  ErrorCode: z.string().max(20).optional(),
});

/** What the providers say afterwards, each call signed by them. */
export const webhookRoutes: FastifyPluginAsyncZod<WebhookRoutes> = async (server, parts) => {
  // Forms only: what is signed are the fields of one.
  server.removeAllContentTypeParsers();
  await server.register(formbody);

  server.route({
    method: "POST",
    url: "/twilio/status/:attemptId",
    schema: {
      summary: "Twilio's status callback",
      tags: ["webhooks"],
      security: [],
      params: z.object({ attemptId: z.uuid() }),
      body: receiptBody,
      response: { 204: z.void() },
    },
    // Ahead of validation, so that a stranger learns nothing of what would be accepted.
    preValidation: async (request) => {
      if (parts.twilioAuthToken === null) throw notFound("webhook");
      const signature = request.headers["x-twilio-signature"];
      const form = z.record(z.string(), z.string()).safeParse(request.body);
      const valid =
        form.success &&
        typeof signature === "string" &&
        validTwilioRequest(
          parts.twilioAuthToken,
          signature,
          `${parts.publicUrl}${request.url}`,
          form.data,
        );
      if (!valid) {
        throw new HttpProblem(403, "bad_signature", "the request is not signed by Twilio");
      }
    },
    async handler(request, reply) {
      const { MessageStatus: status, ErrorCode: code = null } = request.body;
      const { attemptId } = request.params;
      const meaning = meaningOfTwilioStatus(status, code);
      const receipt = { attemptId, status, code, meaning };
      const result = await addReceipt(parts.ledger, receipt, parts.clock.now(), Math.random());
      if (result.pauseChange !== null) parts.onPause(result.pauseChange);
      if (result.dueNow) parts.onDue();
      return reply.code(204).send();
    },
  });
};
