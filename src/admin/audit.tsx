import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { DateTime } from "luxon";
import { z } from "zod";
import { describeError } from "../errors.ts";
import { namesOfActors } from "../ledger/actors.ts";
import { listApiKeys } from "../ledger/apiKeys.ts";
import { type ClinicEvent, type EventFilter, listEvents } from "../ledger/events.ts";
import type { Queries } from "../ledger/ledger.ts";
import type { Cursor } from "../ledger/page.ts";
import { everyStaff } from "../ledger/staff.ts";
import { AuditPage } from "./auditView.tsx";
import { detailWords, subjectOf } from "./auditWords.ts";
import { csvLine } from "./csv.ts";
import { actorWords, EVENT_WORDS, eventWords } from "./eventWords.ts";
import { readForm, valuesOf } from "./forms.ts";
import { type Place, placeOf } from "./guard.ts";
import { markSchema } from "./listMark.ts";
import { PageProblem } from "./pageProblem.ts";
import type { AdminParts } from "./parts.ts";
import { keepPrivate, sendPage } from "./send.ts";

/** Events of one page, and of one query of an export. */
const PAGE = 50;
const BATCH = 1_000;

const filterQuery = z.object({
  type: z.enum(Object.keys(EVENT_WORDS), "is none of these").optional(),
  actor: z
    .string()
    .max(100)
    .regex(/^\P{Cc}*$/u, "is nobody")
    .optional(),
  from: z.iso.date("must be a day").optional(),
  to: z.iso.date("must be a day").optional(),
  treatment: z.uuid("must be the id of a treatment, as its page's address has it").optional(),
  before: markSchema(z.string().regex(/^\d{1,18}$/)),
});

/** What happened at a clinic, who did it, and the same as a file. */
export const auditRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const { ledger, clock, log } = parts;

  /** A file that has begun cannot say any more that it failed: it is cut short, and the log says why. */
  async function* toldIfCut(text: AsyncIterable<string>): AsyncGenerator<string> {
    try {
      yield* text;
    } catch (error) {
      log.error({ part: "audit", error: describeError(error) }, "an export was cut short");
      throw error;
    }
  }

  server.route({
    method: "GET",
    url: "/:clinicId/audit",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const clinicId = place.clinic.id;
      const read = readForm(filterQuery, request.query);
      const staff = await everyStaff(ledger.db, clinicId);
      const keys = await listApiKeys(ledger.db, clinicId);
      const shown = { place, staff, keys, values: valuesOf(request.query) };
      if ("problems" in read) {
        const events = { items: [], next: null };
        const page = { events, names: new Map<string, string>(), problems: read.problems };
        return sendPage(reply.code(422), <AuditPage {...shown} {...page} />);
      }
      const { before, ...filter } = read.value;
      const asked = { cursor: before, limit: PAGE };
      const events = await listEvents(ledger.db, clinicId, filterIn(place, filter), asked);
      const names = await namesIn(ledger.db, clinicId, events.items);
      return sendPage(reply, <AuditPage {...shown} events={events} names={names} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/audit.csv",
    config: { staff: "admin" },
    async handler(request, reply) {
      const place = placeOf(request);
      const read = readForm(filterQuery, request.query);
      if ("problems" in read) {
        throw new PageProblem(422, "This cannot be exported", "Go back, and choose again.");
      }
      const day = DateTime.fromJSDate(clock.now(), { zone: place.clinic.timeZone }).toISODate();
      return keepPrivate(reply)
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="audit-${day}.csv"`)
        .send(Readable.from(toldIfCut(lines(ledger.db, place, filterIn(place, read.value)))));
    },
  });

  done();
};

/** Days are those of the clinic, the last one included. */
function filterIn(
  { clinic }: Place,
  filter: Omit<z.infer<typeof filterQuery>, "before">,
): EventFilter {
  const { type, actor, from, to, treatment } = filter;
  const startOf = (day: string) => DateTime.fromISO(day, { zone: clinic.timeZone }).startOf("day");
  return {
    type,
    actor,
    treatmentId: treatment,
    from: from === undefined ? undefined : startOf(from).toJSDate(),
    until: to === undefined ? undefined : startOf(to).plus({ days: 1 }).toJSDate(),
  };
}

/** The names of whoever these events speak of, by actor. */
function namesIn(
  db: Queries,
  clinicId: string,
  events: readonly ClinicEvent[],
): Promise<Map<string, string>> {
  const actors = events.map(({ actor }) => actor);
  const subjects = events.flatMap(({ detail }) => subjectOf(detail) ?? []);
  return namesOfActors(db, clinicId, [...actors, ...subjects]);
}

/** The whole match as lines of a table, of which a few are in memory at a time. */
async function* lines(db: Queries, { clinic }: Place, filter: EventFilter): AsyncGenerator<string> {
  // With this mark in front, spreadsheets read the file as UTF-8.
  yield `\uFEFF${csvLine(["at", "who", "what", "detail", "treatment", "reminder", "type", "actor"])}`;
  let cursor: Cursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(db, clinic.id, filter, {
      cursor,
      limit: BATCH,
    });
    const names = await namesIn(db, clinic.id, page.items);
    yield page.items
      .map((event) =>
        csvLine([
          event.at.toISOString(),
          actorWords(event.actor, names),
          eventWords(event),
          detailWords(event, names, clinic.timeZone).join("; "),
          event.treatmentId ?? "",
          event.reminderId ?? "",
          event.type,
          event.actor,
        ]),
      )
      .join("");
    cursor = page.next;
  } while (cursor !== null);
}
