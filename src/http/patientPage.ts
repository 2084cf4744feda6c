import formbody from "@fastify/formbody";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Content } from "../content/content.ts";
import type { PageWords } from "../content/pageWords.ts";
import { CHANNELS } from "../domain/channel.ts";
import { withOverrides } from "../domain/overrides.ts";
import { type StepOfTreatment, timelineOf } from "../domain/timeline.ts";
import { waitsOf } from "../domain/waits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { resumeMessages, stopMessages } from "../ledger/messageChoices.ts";
import { findPatientPage, type PatientPage } from "../ledger/patientPages.ts";
import { calendarFile } from "./page/calendar.ts";
import { releaseEvents } from "./page/calendarEvents.ts";
import { noTreatmentHtml } from "./page/notice.tsx";
import { type StepWords, timelineHtml } from "./page/timelinePage.tsx";
import { timesIn } from "./page/times.ts";
import { keepPrivate, sendPage, servePeople } from "./people.ts";
import { notFound } from "./problem.ts";

export interface PatientPageRoutes {
  ledger: Ledger;
  content: Content;
  clock: Clock;
  /** The address that patients know this server by. */
  publicUrl: string;
  /** Told where a choice may have made a reminder due at once. */
  onDue: () => void;
}

const described = { tags: ["patients"], security: [] };
const params = z.object({ token: z.string().regex(/^[\w-]{1,60}$/) });
const choiceBody = z.object({ channel: z.enum(CHANNELS) });

/**
 * The patient's own page, under a token of 128 random bits. It needs no script and loads nothing;
 * what is unknown and what has expired are answered alike.
 */
export const patientPageRoutes: FastifyPluginAsyncZod<PatientPageRoutes> = async (
  server,
  { ledger, content, clock, publicUrl, onDue },
) => {
  server.removeAllContentTypeParsers();
  await server.register(formbody);
  await servePeople(server, "t", content);

  server.route({
    method: "GET",
    url: "/t/:token",
    schema: { summary: "A patient's own timeline", ...described, produces: ["text/html"], params },
    async handler(request, reply) {
      const { token } = request.params;
      const now = clock.now();
      const page = await pageOf(token, now);
      return sendPage(reply, toHtml(page, token, now));
    },
  });

  server.route({
    method: "GET",
    url: "/t/:token.ics",
    schema: {
      summary: "The ends of a patient's waiting times, as a calendar (RFC 5545)",
      ...described,
      produces: ["text/calendar"],
      params,
    },
    async handler(request, reply) {
      const now = clock.now();
      const page = await pageOf(request.params.token, now);
      const words = wordsOf(page);
      const host = new URL(publicUrl).hostname;
      const events = releaseEvents({ page, timeline: timelineOf({ ...page, now }), words, host });
      if (events.length === 0) throw notFound("calendar");
      return keepPrivate(reply)
        .type("text/calendar; charset=utf-8")
        .header("content-disposition", 'inline; filename="aftercare.ics"')
        .send(calendarFile(events, words.locale, now));
    },
  });

  server.route({
    method: "POST",
    url: "/t/:token/stop",
    schema: { summary: "Stop texts or emails", ...described, params, body: choiceBody },
    async handler(request, reply) {
      const now = clock.now();
      const page = await pageOf(request.params.token, now);
      await stopMessages(ledger, choiceOf(page, request.body.channel), now);
      return keepPrivate(reply).redirect(`../${request.params.token}`, 303);
    },
  });

  server.route({
    method: "POST",
    url: "/t/:token/resume",
    schema: { summary: "Get texts or emails again", ...described, params, body: choiceBody },
    async handler(request, reply) {
      const now = clock.now();
      const page = await pageOf(request.params.token, now);
      if (await resumeMessages(ledger, choiceOf(page, request.body.channel), now)) onDue();
      return keepPrivate(reply).redirect(`../${request.params.token}`, 303);
    },
  });

  async function pageOf(token: string, now: Date): Promise<PatientPage> {
    const page = await findPatientPage(ledger.db, token, now);
    if (page === undefined) throw notFound("link");
    return page;
  }

  function wordsOf({ locale, clinic }: PatientPage): PageWords {
    return content.pageWords(locale ?? clinic.locale, clinic.locale);
  }

  function toHtml(page: PatientPage, token: string, now: Date): string {
    const { clinic, locale, timeZone, treatments } = page;
    const words = wordsOf(page);
    const timeline = timelineOf({ ...page, now });
    if (treatments.length === 0 && timeline.withdrawn.length === 0) {
      return noTreatmentHtml(words, clinic);
    }
    const times = timesIn(timeZone, locale ?? clinic.locale, words.locale);
    const wordsOfStep = ({ treatmentId, protocol, step }: StepOfTreatment): StepWords[] => {
      const treatment = treatments.find(({ id }) => id === treatmentId);
      if (treatment === undefined) return [];
      const rendered = content.renderWords({
        protocol,
        step,
        locale: locale ?? clinic.locale,
        clinicLocale: clinic.locale,
        variables: {
          patient: { firstName: page.firstName },
          clinic,
          treatment: { title: treatment.protocol.title },
          wait: { until: null },
          waits: waitsOf(withOverrides(treatment.protocol, treatment.overrides)),
          unsubscribeUrl: `${publicUrl}/t/${token}`,
          pageUrl: `${publicUrl}/t/${token}`,
        },
      });
      return rendered === null ? [] : [{ key: `${treatmentId} ${step}`, ...rendered }];
    };
    const normal = timeline.normal.flatMap(wordsOfStep);
    const instructions = timeline.instructions.flatMap(wordsOfStep);
    return timelineHtml({ ...page, words, times, token, timeline, normal, instructions, now });
  }
};

function choiceOf({ id, clinic }: PatientPage, channel: (typeof CHANNELS)[number]) {
  return { clinicId: clinic.id, patientId: id, channel };
}
