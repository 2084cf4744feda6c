import type { PageWords } from "../../content/pageWords.ts";
import type { Release, Timeline } from "../../domain/timeline.ts";
import type { PatientPage } from "../../ledger/patientPages.ts";
import type { CalendarEvent } from "./calendar.ts";

interface EventsInput {
  page: PatientPage;
  timeline: Timeline;
  words: PageWords;
  /** Of the server, which makes the ids of events its own (RFC 7986, section 5.3). */
  host: string;
}

/**
 * An event for each end of a waiting time, past ones included, so that what a calendar has of them
 * is corrected. It says what the page says of that time, and the clinic; no name, no treatment.
 */
export function releaseEvents({ page, timeline, words, host }: EventsInput): CalendarEvent[] {
  return timeline.releases.flatMap((release) => {
    const treatment = page.treatments.find(({ id }) => id === release.treatmentId);
    if (treatment === undefined) return [];
    const { createdAt, changedAt } = treatment;
    const { treatmentId, step, at, held, topics } = release;
    return {
      // A step whose topics end apart, for another treatment's sake, is as many events.
      uid: `${treatmentId}.${step}.${topics[0]}@${host}`,
      at,
      summary: `${words.say(held ? "heldTitle" : "ended")}: ${namesOf(release, words)}`,
      description: descriptionOf(release, page, words),
      createdAt,
      changedAt,
      settled: !held,
    };
  });
}

function namesOf({ topics }: Release, words: PageWords): string {
  return topics.map((topic) => words.topic(topic)).join(", ");
}

function descriptionOf(release: Release, { clinic }: PatientPage, words: PageWords): string {
  const { protocol, step, held } = release;
  const says = held ? words.say("held") : words.permitted(protocol, step);
  const from = clinic.phone === null ? clinic.name : `${clinic.name}, ${clinic.phone}`;
  return `${says}\n${words.say("calendarChanges")}\n${from}`;
}
