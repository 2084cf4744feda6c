import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { twilioReply } from "../channels/twilioReply.ts";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import { type InboundContext, OPT_OUT_TYPES, readInbound } from "../domain/inbound.ts";
import { type InboundReader, receiveInbound } from "../ledger/inbound.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface InboundRoutes {
  ledger: Ledger;
  content: Content;
  clock: Clock;
  /** Told when a clinic is to be told of a text now. */
  onNotice: () => void;
}

/** A text to our number: form fields, of which Twilio may add more without notice. */
const inboundBody = z.looseObject({
  MessageSid: z.string().min(1).max(64),
  From: z.string().min(1).max(60),
  // A picture may come without words.
  Body: z.string().max(10_000).default(""),
  NumMedia: z.coerce.number().int().min(0).max(100).catch(0),
  OptOutType: z.string().max(20).optional(),
});

/** What PostgreSQL does not store: halves of characters, and NUL. */
const storable = (text: string) => text.replace(/\p{Cs}/gu, "\uFFFD").replaceAll("\0", "\uFFFD");

/** The words, and what stands for the pictures, which stay with Twilio. */
function withPictures(words: string, pictures: number): string {
  if (pictures === 0) return words;
  const stand = pictures === 1 ? "[picture]" : `[${pictures} pictures]`;
  return words === "" ? stand : `${words} ${stand}`;
}

/** What patients text back. */
export const inboundRoutes: FastifyPluginCallbackZod<InboundRoutes> = (server, parts, done) => {
  const { ledger, content, clock, onNotice } = parts;

  server.route({
    method: "POST",
    url: "/twilio/inbound",
    schema: {
      summary: "A patient's text, by Twilio's webhook",
      description:
        "Answers TwiML with at most one message. The same MessageSid again changes nothing.",
      tags: ["webhooks"],
      security: [],
      produces: ["text/xml"],
      body: inboundBody,
    },
    async handler(request, reply) {
      const { MessageSid: providerId, From: from, NumMedia: pictures, OptOutType } = request.body;
      const words = storable(request.body.Body);
      const optOutType = OPT_OUT_TYPES.find((each) => each === OptOutType?.toUpperCase()) ?? null;
      const body = withPictures(words, pictures);
      const text = { providerId, from, body, answeredByProvider: optOutType !== null };
      const read = reader({ body: words, pictures, optOutType });
      const received = await receiveInbound(ledger, text, read, clock.now());
      if (received.noticed) onNotice();
      return reply.type("text/xml; charset=utf-8").send(twilioReply(received.answer));
    },
  });

  function reader(said: Pick<InboundContext, "body" | "pictures" | "optOutType">) {
    return {
      read: (protocols, answers) =>
        readInbound({ ...said, alarmWords: alarmWords(protocols), answers }),
      word: (names, to) =>
        names
          .map((name) =>
            content.renderReply({
              name,
              locale: to?.locale ?? to?.clinicLocale ?? "en",
              clinicLocale: to?.clinicLocale ?? "en",
              clinic: {
                name: to?.clinicName ?? null,
                phone: to?.clinicPhone ?? null,
                emergencyText: to?.emergencyText ?? null,
              },
            }),
          )
          .join(" "),
    } satisfies InboundReader;
  }

  /** In all languages, of the patient's protocols as they are now; of all, where none is known. */
  function alarmWords(names: readonly string[] | null): string[] {
    const known = [...content.protocols.values()];
    const own = known.filter(({ name }) => names?.includes(name));
    return (own.length > 0 ? own : known).flatMap(({ alarm = {} }) => Object.values(alarm).flat());
  }

  done();
};
