import formbody from "@fastify/formbody";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { validTwilioRequest } from "../channels/twilioSignature.ts";
import type { Clock } from "../clock.ts";
import { addReceipt, type ReceiptMeaning } from "../ledger/attempts.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { HttpProblem, notFound } from "./problem.ts";

export interface WebhookRoutes {
  ledger: Ledger;
  clock: Clock;
  /** The address that Twilio knows this server by: its signature covers it. */
  publicUrl: string;
  /** Twilio's auth token; without one there is nobody to hear from. */
  twilioAuthToken: string | null;
}

/**
 * What a message status means for an attempt. The steps on the way to the carrier mean nothing yet.
 * https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
 */
const MEANING: Readonly<Record<string, ReceiptMeaning>> = {
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  undelivered: "undelivered",
  failed: "undelivered",
};

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
      const meaning = MEANING[status] ?? null;
      await addReceipt(parts.ledger, { attemptId, status, code, meaning }, parts.clock.now());
      return reply.code(204).send();
    },
  });
};
