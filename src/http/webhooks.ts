import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { meaningOfTwilioStatus } from "../channels/twilioOutcome.ts";
import type { PauseChange } from "../ledger/channelStates.ts";
import { addReceipt } from "../ledger/receipts.ts";
import { type InboundRoutes, inboundRoutes } from "./inbound.ts";
import { requireTwilio, type TwilioRequests } from "./twilioRequests.ts";

export interface WebhookRoutes extends InboundRoutes, TwilioRequests {
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
  await requireTwilio(server, parts);
  const { ledger, content, clock, onNotice } = parts;
  await server.register(inboundRoutes, { ledger, content, clock, onNotice });

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
    async handler(request, reply) {
      const { MessageStatus: status, ErrorCode: code = null } = request.body;
      const { attemptId } = request.params;
      const meaning = meaningOfTwilioStatus(status, code);
      const receipt = { attemptId, status, code, meaning };
      const result = await addReceipt(ledger, receipt, clock.now(), Math.random());
      if (result.pauseChange !== null) parts.onPause(result.pauseChange);
      if (result.dueNow) parts.onDue();
      return reply.code(204).send();
    },
  });
};
