import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { namesOfActors } from "../ledger/actors.ts";
import { type HandledItem, handleInbound } from "../ledger/inbox.ts";
import { listHandled, listNew, listOpen, type OpenCursor } from "../ledger/letters.ts";
import { countOpenAlarms } from "../ledger/openAlarms.ts";
import { readForm } from "./forms.ts";
import { placeOf } from "./guard.ts";
import { HANDLED_CODES, type HandledCode, Inbox, News } from "./inboxView.tsx";
import { noSuch, PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { keepPrivate, sendPage, sendPart } from "./send.ts";

const PAGE_LENGTH = 50;

/** A text can be kept so much later than another that came after it, in milliseconds. */
const KEPT_LATE_MS = 120_000;

/** Where a page of a list ends: whether that is an alarm, when it came, which it is. */
const cursor = z
  .string()
  .regex(/^[01]\.\d{1,15}\.[0-9a-f-]{36}$/)
  .transform((text, ctx): OpenCursor => {
    const [alarm, at, id] = text.split(".");
    const read = z.object({ at: z.date(), id: z.uuid() });
    const parsed = read.safeParse({ at: new Date(Number(at)), id });
    if (parsed.success) return { alarm: alarm === "1", ...parsed.data };
    ctx.addIssue({ code: "custom", message: "is no place in this list" });
    return z.NEVER;
  });

const listQuery = z.object({
  show: z.enum(["open", "handled"]).catch("open"),
  before: cursor.nullable().catch(null).default(null),
  did: z.enum(HANDLED_CODES).optional().catch(undefined),
  n: z.coerce.number().int().min(0).max(100_000).catch(0),
});

const newsForm = z.object({
  since: z.coerce.number().int().min(0).max(8_640_000_000_000_000),
  shown: z.union([z.uuid().transform((id) => [id]), z.array(z.uuid()).max(2_000)]).default([]),
});

const handledForm = z.object({
  resume: z.literal("yes").optional(),
  show: z.enum(["open", "handled"]).default("open"),
});

/** What patients have written, and marking it as handled. */
export const inboxRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, content, onDue } = parts;

  server.route({
    method: "GET",
    url: "/:clinicId/inbox",
    config: { staff: "front_desk" },
    schema: { querystring: listQuery },
    async handler(request, reply) {
      const place = placeOf(request);
      const { show, before, did, n } = request.query;
      const asked = { cursor: before, limit: PAGE_LENGTH };
      const page =
        show === "open"
          ? await listOpen(ledger.db, place.clinic.id, asked)
          : await listHandled(ledger.db, place.clinic.id, asked);
      const handlers = page.items.flatMap(({ handledBy }) => handledBy ?? []);
      const names = await namesOfActors(ledger.db, place.clinic.id, handlers);
      return sendPage(
        reply,
        <Inbox
          place={place}
          content={content}
          letters={page.items}
          names={names}
          show={show}
          first={before === null}
          next={page.next && cursorText({ alarm: false, ...page.next })}
          since={clock.now().getTime() - KEPT_LATE_MS}
          did={did === undefined ? null : { code: did, count: n }}
        />,
      );
    },
  });

  // A form and not an address: what is shown can be much.
  server.route({
    method: "POST",
    url: "/:clinicId/inbox/news",
    config: { staff: "front_desk", polled: true },
    async handler(request, reply) {
      const place = placeOf(request);
      const read = readForm(newsForm, request.body);
      if ("problems" in read) {
        throw new PageProblem(422, "This cannot be read", "Load the page again.");
      }
      const { since, shown } = read.value;
      const letters = await listNew(ledger.db, place.clinic.id, {
        since: new Date(since),
        shown,
        limit: PAGE_LENGTH,
      });
      if (letters.length === 0) return keepPrivate(reply).code(204).send();
      const openAlarms = await countOpenAlarms(ledger.db, place.clinic.id);
      return sendPart(
        reply,
        <News place={{ ...place, openAlarms }} content={content} letters={letters} />,
      );
    },
  });

  server.route({
    method: "POST",
    url: "/:clinicId/inbox/:id/handled",
    config: { staff: "front_desk" },
    schema: { params: z.object({ clinicId: z.string(), id: z.uuid() }) },
    async handler(request, reply) {
      const { clinic, role, actor } = placeOf(request);
      const read = readForm(handledForm, request.body);
      if ("problems" in read) {
        throw new PageProblem(422, "This cannot be read", "Nothing was changed. Try once more.");
      }
      const resume = read.value.resume === "yes";
      if (resume && role !== "admin") {
        throw new PageProblem(
          403,
          "Only an admin lets permissions go on",
          "Nothing was changed. You can mark it as handled; the permissions wait for an admin.",
        );
      }
      const now = clock.now();
      const handling = { clinicId: clinic.id, id: request.params.id, actor, resume };
      const item = await handleInbound(ledger, handling, now);
      if (item === undefined) throw noSuch("message");
      if (resume) onDue();
      const { code, count } = whatHappened(item, { actor, resume, now });
      const query = new URLSearchParams({ show: read.value.show, did: code, n: String(count) });
      return keepPrivate(reply).redirect(`${clinicPath(clinic.id, "inbox")}?${query}`, 303);
    },
  });

  done();
};

function cursorText({ alarm, at, id }: OpenCursor): string {
  return `${alarm ? 1 : 0}.${at.getTime()}.${id}`;
}

/** What a press has done, and how many of what it is told with. */
function whatHappened(
  item: HandledItem,
  { actor, resume, now }: { actor: string; resume: boolean; now: Date },
): { code: HandledCode; count: number } {
  const mine = item.handledBy === actor && item.handledAt?.getTime() === now.getTime();
  if (item.pauseEnded) return { code: "resumed", count: item.planned };
  if (resume && item.openAlarms > 0) return { code: "kept", count: item.openAlarms };
  if (!mine) return { code: "before", count: 0 };
  const paused = (item.patient?.permissionsPausedAt ?? null) !== null;
  return { code: item.alarm && paused ? "paused" : "handled", count: 0 };
}
