import { describeMoment } from "../domain/localTime.ts";
import type { MessageVariables } from "../domain/message.ts";
import type { Protocol } from "../domain/protocol.ts";
import { type Waits, waitsOf } from "../domain/waits.ts";

/** 20 and 30 characters, all of them in GSM-7. */
const LONG_FIRST_NAME = "Maximiliana-Victoria";
const LONG_CLINIC = "Harbourside Skin & Laser Rooms";

const PHONE = "+1 212 555 0123";
const POSTAL_ADDRESS = "1200 Harbourside Avenue, Suite 410, New York, NY 10004";

/** The patient of previews: a name of usual length. */
export const SAMPLE_PATIENT = { firstName: "Alexandra" };

/** A clinic whose name is as long as a clinic's name may well be. */
export const SAMPLE_CLINIC = { name: LONG_CLINIC, phone: PHONE };

/** Days to wait until: a long one, and one whose name is not in GSM-7 in Spanish ("sábado"). */
const DAYS = ["2026-09-30T22:30:00Z", "2026-09-26T22:30:00Z"];

/**
 * What a clinician may make of every wait: more hours than the protocol, a long word, and one that
 * is not in GSM-7 in Spanish ("días").
 */
const LONGER_WAITS = ["120h", "10w", "10d"];

/**
 * Patients and clinics with long names, as a message of `protocol` in `locale` may meet them: with a
 * phone and without one, with a day until which to wait and without one, and with the protocol's
 * waits and longer ones.
 */
export function samplesFor(protocol: Protocol, locale: string): MessageVariables[] {
  const until = DAYS.flatMap((day) =>
    dateLocales(locale).map((tag) => describeMoment(new Date(day), "America/New_York", tag)),
  );
  const own = waitsOf(protocol);
  return [PHONE, null].flatMap((phone) =>
    [...until, null].flatMap((wait) =>
      [own, ...LONGER_WAITS.map((longer) => allOf(own, longer))].map((waits) => ({
        patient: { firstName: LONG_FIRST_NAME },
        clinic: { name: LONG_CLINIC, phone, postalAddress: phone && POSTAL_ADDRESS },
        treatment: { title: protocol.title },
        wait: { until: wait },
        waits,
        unsubscribeUrl:
          "https://care.example.com/u/0123456789abcdefGHIJKLMNOPqrstuvwxyzABCDEFG0123456789abc",
        // Both cases of letters, so that a filter that changes them is seen.
        pageUrl: "https://care.example.com/t/0123456789ABCDEFghijkl",
      })),
    ),
  );
}

function allOf(waits: Waits, longer: string): Waits {
  return Object.fromEntries(Object.keys(waits).map((step) => [step, longer]));
}

/** A message in `es` is also for patients of `es-US`, whose clocks have longer names for the time. */
function dateLocales(locale: string): string[] {
  return locale.includes("-") ? [locale] : [locale, `${locale}-US`];
}
