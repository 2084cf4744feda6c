import formbody from "@fastify/formbody";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { validTwilioRequest } from "../channels/twilioSignature.ts";
import { HttpProblem, notFound } from "./problem.ts";

/** What shows that a request is Twilio's. */
export interface TwilioRequests {
  /** The address that Twilio knows this server by: its signature covers it. */
  publicUrl: string;
  /** Twilio's auth token; without one there is nobody to hear from. */
  twilioAuthToken: string | null;
}

/** Lets only forms that Twilio has signed into the routes of `server`. */
export async function requireTwilio(
  server: FastifyInstance,
  { publicUrl, twilioAuthToken }: TwilioRequests,
): Promise<void> {
  // Forms only: what is signed are the fields of one.
  server.removeAllContentTypeParsers();
  await server.register(formbody);
  // Ahead of validation, so that a stranger learns nothing of what would be accepted.
  server.addHook("preValidation", async (request) => {
    if (twilioAuthToken === null) throw notFound("webhook");
    const signature = request.headers["x-twilio-signature"];
    const form = z.record(z.string(), z.string()).safeParse(request.body);
    const valid =
      form.success &&
      typeof signature === "string" &&
      validTwilioRequest(twilioAuthToken, signature, `${publicUrl}${request.url}`, form.data);
    if (!valid) throw new HttpProblem(403, "bad_signature", "the request is not signed by Twilio");
  });
}
