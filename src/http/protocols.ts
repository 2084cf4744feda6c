import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Content } from "../content/content.ts";
import { STEP_KINDS } from "../domain/protocol.ts";
import { errorsOf } from "./requests.ts";

const protocolView = z
  .object({
    name: z.string(),
    version: z.int(),
    title: z.string(),
    source: z.string(),
    locales: z.array(z.string()),
    steps: z.array(
      z.object({
        key: z.string(),
        kind: z.enum(STEP_KINDS),
        topics: z.array(z.string()),
        after: z.string(),
        expires: z.string(),
        retracts: z
          .string()
          .nullable()
          .describe("Of a retraction, which has no time of its own: the permission it takes back."),
      }),
    ),
  })
  .meta({ id: "Protocol" });

/** The protocols that a clinic can enrol with. */
export const protocolRoutes: FastifyPluginCallbackZod<{ content: Content }> = (
  server,
  { content },
  done,
) => {
  server.route({
    method: "GET",
    url: "/protocols",
    config: { role: "enroll" },
    schema: {
      summary: "List protocols",
      tags: ["protocols"],
      response: {
        200: z.object({ items: z.array(protocolView), nextCursor: z.null() }),
        ...errorsOf(),
      },
    },
    handler: () => ({
      items: [...content.protocols.values()].map((protocol) => ({
        name: protocol.name,
        version: protocol.version,
        title: protocol.title,
        source: protocol.source,
        locales: content.locales(protocol.name),
        steps: protocol.steps.map(({ key, kind, topics, after, expires, retracts }) => ({
          key,
          kind,
          topics,
          after,
          expires,
          retracts: retracts ?? null,
        })),
      })),
      nextCursor: null,
    }),
  });
  done();
};
