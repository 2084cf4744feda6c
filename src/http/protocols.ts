import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import { type Preview, previewLocale, previewMessage } from "../content/preview.ts";
import { CHANNELS } from "../domain/channel.ts";
import { PRIVACY_TIERS } from "../domain/message.ts";
import { STEP_KINDS } from "../domain/protocol.ts";
import { callerOf } from "./auth.ts";
import { invalidFields, notFound } from "./problem.ts";
import { errorsOf } from "./requests.ts";

export interface ProtocolRoutes {
  content: Content;
  clock: Clock;
  /** The address at which patients know this server. */
  publicUrl: string;
}

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

const previewView = z
  .object({
    step: z.string(),
    kind: z.enum(STEP_KINDS),
    channels: z.array(z.enum(CHANNELS)),
    sms: z
      .object({
        text: z.string(),
        encoding: z.enum(["GSM-7", "UCS-2"]),
        segments: z.int(),
        characters: z.int(),
      })
      .nullable()
      .describe("Null where the step is not sent by text."),
    email: z
      .object({ subject: z.string(), html: z.string(), text: z.string() })
      .nullable()
      .describe("Null where the step is not sent by email."),
  })
  .meta({ id: "MessagePreview" });

const previewBody = z
  .strictObject({
    step: z.string().max(60).optional().describe("One step; all of them where it is left out."),
    locale: z
      .string()
      .max(35)
      .optional()
      .describe("One of the protocol's `locales`; what the clinic's patients get otherwise."),
    privacy: z.enum(PRIVACY_TIERS).optional().describe("The clinic's own where it is left out."),
  })
  .nullish();

/** The protocols that a clinic can enrol with, and their messages. */
export const protocolRoutes: FastifyPluginCallbackZod<ProtocolRoutes> = (server, parts, done) => {
  const { content, clock, publicUrl } = parts;

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

  server.route({
    method: "POST",
    url: "/protocols/:name/preview",
    config: { role: "enroll" },
    schema: {
      summary: "Show a protocol's messages",
      description:
        "The messages as a patient called Alexandra would get them from this clinic, with the " +
        "protocol's own waits. Nothing is stored or sent, and the links in them lead nowhere.",
      tags: ["protocols"],
      params: z.object({ name: z.string().max(60) }),
      body: previewBody,
      response: {
        200: z.object({
          protocol: z.object({ name: z.string(), version: z.int() }),
          locale: z.string(),
          privacy: z.enum(PRIVACY_TIERS),
          messages: z.array(previewView),
        }),
        ...errorsOf(404, 422),
      },
    },
    handler(request) {
      const { clinic } = callerOf(request);
      const protocol = content.protocols.get(request.params.name);
      if (protocol === undefined) throw notFound("protocol");
      const { step, locale, privacy = clinic.privacy } = request.body ?? {};
      const locales = content.locales(protocol.name);
      const steps = protocol.steps.filter(({ key }) => step === undefined || key === step);
      const wrong = [
        ...(steps.length === 0
          ? [{ path: "step", message: "is not a step of this protocol" }]
          : []),
        ...(locale !== undefined && !locales.includes(locale)
          ? [{ path: "locale", message: `has no messages; there are: ${locales.join(", ")}` }]
          : []),
      ];
      if (wrong.length > 0) throw invalidFields(wrong);
      const setting = { protocol, clinic, publicUrl, now: clock.now(), privacy };
      const chosen = locale ?? previewLocale(content, protocol, clinic.locale);
      return {
        protocol: { name: protocol.name, version: protocol.version },
        locale: chosen,
        privacy,
        messages: steps.map((each) =>
          viewOf(previewMessage(content, { ...setting, locale: chosen, step: each })),
        ),
      };
    },
  });

  done();
};

function viewOf({ step, sms, email }: Preview): z.infer<typeof previewView> {
  return { step: step.key, kind: step.kind, channels: step.channels, sms, email };
}
