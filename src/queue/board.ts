import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import type { Queue } from "bullmq";
import type { QueueBackend } from "./backend.ts";

/**
 * A page that looks into the queues, as a plugin of Fastify for whoever lets operators in; `at` is the
 * path under which it is put. It changes nothing: what becomes of a reminder is for the ledger to say.
 */
export function queueBoard(
  { queues }: Pick<QueueBackend, "queues">,
  at: string,
): ReturnType<FastifyAdapter["registerPlugin"]> {
  const serverAdapter = new FastifyAdapter();
  createBullBoard({
    // It knows both back ends; its types know the one.
    queues: queues.map(
      (queue) => new BullMQAdapter(queue as Queue, { readOnlyMode: true, allowRetries: false }),
    ),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: "Aftercare: queue",
        miscLinks: [{ text: "Back to Aftercare", url: "/admin" }],
      },
    },
  });
  serverAdapter.setBasePath(at);
  // Its own handler would answer with the error's message: the one of the pages around it answers.
  serverAdapter.setErrorHandler((error) => {
    throw error;
  });
  return serverAdapter.registerPlugin();
}
