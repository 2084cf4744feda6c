import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { listOutbox, type OutboxMessage } from "../ledger/outbox.ts";
import type { Page as ListPage } from "../ledger/page.ts";
import { type Place, placeOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import { markOf, markSchema } from "./listMark.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { Empty, Given, LocalTime, Notice } from "./pieces.tsx";
import { sendPage } from "./send.ts";

/** Messages on one page. */
const PAGE = 30;

/** What would have been sent, where a channel has no provider. */
export const outboxRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  server.route({
    method: "GET",
    url: "/:clinicId/outbox",
    config: { staff: "front_desk" },
    schema: { querystring: z.object({ before: markSchema(z.uuid()) }) },
    async handler(request, reply) {
      const place = placeOf(request);
      const { before } = request.query;
      const asked = { cursor: before, limit: PAGE };
      const messages = await listOutbox(parts.ledger.db, place.clinic.id, asked);
      return sendPage(
        reply,
        <OutboxPage place={place} messages={messages} first={before === null} />,
      );
    },
  });
  done();
};

function OutboxPage({
  place,
  messages,
  first,
}: {
  place: Place;
  messages: ListPage<OutboxMessage>;
  first: boolean;
}) {
  const { clinic, visitor } = place;
  const address = clinicPath(clinic.id, "outbox");
  return (
    <Page title="Outbox" place={place} visitor={visitor} current="outbox">
      <Notice tone="plain">
        Nothing here was sent to anybody: this is what would have been, where no provider is set up.
      </Notice>
      {messages.items.length === 0 ? (
        <Empty>
          Nothing yet. Enrol a patient: what is due at once stands here within seconds, the rest
          when its time has come.
        </Empty>
      ) : (
        <ol class="outbox">
          {messages.items.map((message) => (
            <li key={message.id}>
              <Message place={place} message={message} />
            </li>
          ))}
        </ol>
      )}
      <nav class="pages" aria-label="Pages of the list">
        {!first && <a href={address}>Newest</a>}
        {messages.next !== null && <a href={`${address}?before=${markOf(messages.next)}`}>Older</a>}
      </nav>
    </Page>
  );
}

function Message({ place, message }: { place: Place; message: OutboxMessage }) {
  const { clinic } = place;
  const { channel, subject, text, at, firstName, reminderId } = message;
  return (
    <article class={`kept ${channel}`}>
      <header>
        {channel === "sms" ? "Text" : "Email"} to <Given>{firstName}</Given>,{" "}
        <LocalTime at={at} zone={clinic.timeZone} />{" "}
        <a href={clinicPath(clinic.id, `reminders/${reminderId}`)}>its reminder</a>
      </header>
      {channel === "sms" ? (
        <p class="words" dir="auto">
          {text}
        </p>
      ) : (
        <details>
          <summary>
            <Given>{subject}</Given>
          </summary>
          <p class="words" dir="auto">
            {text}
          </p>
        </details>
      )}
    </article>
  );
}
