import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { previewLocale, previewMessage, previewMessages } from "../content/preview.ts";
import { rememberTotals } from "../content/textTotal.ts";
import { PRIVACY_TIERS } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { type Place, placeOf } from "./guard.ts";
import { noSuch } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import type { Way } from "./previewView.tsx";
import { Protocols } from "./protocolsView.tsx";
import { ProtocolPage } from "./protocolView.tsx";
import { FRAMING, sendMail, sendPage } from "./send.ts";
import { readPrice } from "./textCost.ts";

const name = z.string().max(60);

const which = z.object({
  locale: z.string().max(35).optional().catch(undefined),
  privacy: z.enum(PRIVACY_TIERS).optional().catch(undefined),
});

const viewQuery = which.extend({ price: z.string().max(20).catch("").default("") });

/** The protocols, and their messages as patients see them. */
export const protocolsRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { content, publicUrl, clock } = parts;
  const totalOf = rememberTotals(content);

  server.route({
    method: "GET",
    url: "/:clinicId/protocols",
    config: { staff: "front_desk" },
    handler(request, reply) {
      return sendPage(reply, <Protocols place={placeOf(request)} content={content} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/protocols/:name",
    config: { staff: "front_desk" },
    schema: { params: z.object({ clinicId: z.string(), name }), querystring: viewQuery },
    handler(request, reply) {
      const place = placeOf(request);
      const protocol = protocolNamed(request.params.name);
      const chosen = wayOf(protocol, place, request.query);
      const setting = settingOf(place);
      const ways = content.locales(protocol.name).flatMap((locale) =>
        PRIVACY_TIERS.map((privacy) => {
          const total = totalOf({ ...setting, protocol, locale, privacy });
          return { locale, privacy, total };
        }),
      );
      const cost = readPrice(request.query.price);
      return sendPage(
        reply.code(cost.wrong ? 422 : 200),
        <ProtocolPage
          place={place}
          content={content}
          protocol={protocol}
          ways={ways}
          previews={previewMessages(content, { ...setting, protocol, ...chosen })}
          chosen={chosen}
          cost={cost}
        />,
        FRAMING,
      );
    },
  });

  // The email itself, for the frame on the page: it has styles of its own, which the page may not have.
  server.route({
    method: "GET",
    url: "/:clinicId/protocols/:name/email/:step",
    config: { staff: "front_desk" },
    schema: {
      params: z.object({ clinicId: z.string(), name, step: z.string().max(60) }),
      querystring: which,
    },
    handler(request, reply) {
      const place = placeOf(request);
      const protocol = protocolNamed(request.params.name);
      const step = protocol.steps.find(({ key }) => key === request.params.step);
      if (step === undefined) throw noSuch("message");
      const way = wayOf(protocol, place, request.query);
      const asked = { ...settingOf(place), ...way, protocol, step };
      const { email } = previewMessage(content, asked);
      if (email === null) throw noSuch("email");
      return sendMail(reply, email.html);
    },
  });

  function protocolNamed(wanted: string): Protocol {
    const protocol = content.protocols.get(wanted);
    if (protocol === undefined) throw noSuch("protocol");
    return protocol;
  }

  /** What is asked for, where there is such a thing; else what patients of the clinic get. */
  function wayOf(
    protocol: Protocol,
    { clinic }: Place,
    { locale, privacy }: z.infer<typeof which>,
  ): Way {
    const known = locale !== undefined && content.locales(protocol.name).includes(locale);
    return {
      locale: known ? locale : previewLocale(content, protocol, clinic.locale),
      privacy: privacy ?? clinic.privacy,
    };
  }

  function settingOf({ clinic }: Place) {
    return { clinic, publicUrl, now: clock.now() };
  }

  done();
};
