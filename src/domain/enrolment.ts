import { z } from "zod";
import { CHANNELS, type ChannelName } from "./channel.ts";
import type { Purpose } from "./consent.ts";
import { firstName } from "./firstName.ts";
import { isLanguageTag } from "./languageTag.ts";
import { DAY_MS, isTimeZone } from "./localTime.ts";
import { OFFSET_FORM, parseOffset } from "./offset.ts";
import { type Overrides, overrideProblems } from "./overrides.ts";
import { readPhone } from "./phone.ts";
import type { Protocol } from "./protocol.ts";
import { oneLine } from "./text.ts";

/** How far back, and how far ahead, a treatment may have been done when it is enrolled. */
export const MAX_AGE_MS = 90 * DAY_MS;
export const MAX_AHEAD_MS = 15 * 60_000;

/** How far back a consent may have been given, ten years: a form may be old, and a year mistyped. */
const MAX_CONSENT_AGE_MS = 3_653 * DAY_MS;

const instant = z.iso.datetime({
  offset: true,
  error: "must be a time with its offset, such as 2026-11-23T15:30:00-05:00",
});

const channelList = z
  .array(z.enum(CHANNELS))
  .refine((list) => new Set(list).size === list.length, "must not name a channel twice");

/** What a patient may give: the zone and the language are the clinic's where they are left out. */
const patientBody = z
  .strictObject({
    externalId: oneLine(100).optional(),
    firstName,
    phone: oneLine(30).optional(),
    email: z.email("must be an email address").max(254).optional(),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, "must be an IANA time zone such as America/New_York")
      .optional(),
    locale: z.string().refine(isLanguageTag, "must be a language such as en or es-MX").optional(),
  })
  .meta({ id: "Patient" });

const consentBody = z
  .strictObject({
    care: channelList,
    rebook: channelList.default([]),
    source: oneLine(200),
    at: instant,
    textVersion: oneLine(100).optional(),
    takenBy: oneLine(100).optional(),
  })
  .meta({ id: "Consent" });

/** Offsets by step that a clinician sets for this treatment, as a body has them. */
export const overridesBody = z
  .record(
    z.string().max(60),
    z.string().refine((text) => parseOffset(text) !== null, OFFSET_FORM),
  )
  .refine((overrides) => Object.keys(overrides).length <= 100, "has too many steps");

/** What a correction changes of them: null takes an override away. */
export const overrideChanges = z
  .record(
    z.string().max(60),
    z.union([z.string().refine((text) => parseOffset(text) !== null, OFFSET_FORM), z.null()]),
  )
  .refine((overrides) => Object.keys(overrides).length <= 100, "has too many steps");

/** The body of an enrolment as a clinic sends it. */
export const enrolmentBody = z
  .strictObject({
    protocol: z.string().min(1).max(60),
    performedAt: instant,
    patient: patientBody,
    channels: channelList.min(1, "must name at least one channel").optional(),
    consent: consentBody,
    overrides: overridesBody.optional(),
    overrideReason: oneLine(500).optional(),
  })
  .meta({ id: "Enrolment" });

export type EnrolmentBody = z.infer<typeof enrolmentBody>;

/** An enrolment that has been read: numbers in E.164, times as instants, nothing left open. */
export interface Enrolment {
  protocol: string;
  performedAt: Date;
  patient: {
    externalId: string | null;
    firstName: string;
    phone: string | null;
    email: string | null;
    timeZone: string | null;
    locale: string | null;
  };
  /** In order of preference. */
  channels: ChannelName[];
  consent: Record<Purpose, ChannelName[]> & {
    source: string;
    at: Date;
    /** Which wording was agreed to, and who heard it; null where the clinic does not say. */
    textVersion: string | null;
    takenBy: string | null;
  };
  overrides: Overrides;
  /** Why a step is to be true sooner than the protocol lets a clinician decide alone. */
  overrideReason: string | null;
}

/** What is wrong with one field: where it is, and what to do about it. Holds no value. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** What an enrolment is read against. */
export interface EnrolmentContext {
  /** The clinic's country: a number without a country code is read as one of it. */
  region: string;
  now: Date;
  protocols: ReadonlyMap<string, Protocol>;
  /** It is still being typed, and is only planned: the number or address may be missing yet. */
  draft?: boolean;
}

/** Reads an enrolment whose shape is right; all problems are reported at once. */
export function readEnrolment(
  body: EnrolmentBody,
  context: EnrolmentContext,
): { enrolment: Enrolment } | { problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path, message });

  const protocol = context.protocols.get(body.protocol);
  if (protocol === undefined) {
    const known = [...context.protocols.keys()].join(", ");
    refuse("protocol", `is not a protocol of this server; it has: ${known}`);
  }

  const performedAt = new Date(body.performedAt);
  problems.push(...performedAtProblems(performedAt, context.now));

  const overrides = body.overrides ?? {};
  const wrong = protocol === undefined ? [] : overrideProblems(protocol, overrides);
  for (const { step, message } of wrong) refuse(`overrides.${step}`, message);

  const consentAt = new Date(body.consent.at);
  const consentAge = context.now.getTime() - consentAt.getTime();
  problems.push(...ageProblems("consent.at", consentAge, MAX_CONSENT_AGE_MS, "ten years"));

  const typed = body.patient.phone;
  const phone =
    typed === undefined ? null : (readPhone(typed, context.region)?.number ?? "invalid");
  if (phone === "invalid") {
    refuse("patient.phone", `is not a phone number of ${context.region} or with a country code`);
  }
  const email = body.patient.email ?? null;

  // Without any consent nothing is sent; the order of the steps' own channels will do.
  const channels = body.channels ?? body.consent.care;
  const address = { sms: phone, email };
  const reachable = body.consent.care.some((channel) => address[channel] !== null);
  if (body.consent.care.length > 0 && !reachable && !context.draft) {
    refuse("patient", "needs a phone or an email for a channel that is consented to");
  }

  if (problems.length > 0) return { problems };
  return {
    enrolment: {
      protocol: body.protocol,
      performedAt,
      patient: {
        externalId: body.patient.externalId ?? null,
        firstName: body.patient.firstName,
        phone,
        email,
        timeZone: body.patient.timeZone ?? null,
        locale: body.patient.locale ?? null,
      },
      channels,
      consent: {
        care: body.consent.care,
        rebook: body.consent.rebook,
        source: body.consent.source,
        at: consentAt,
        textVersion: body.consent.textVersion ?? null,
        takenBy: body.consent.takenBy ?? null,
      },
      overrides,
      overrideReason: body.overrideReason ?? null,
    },
  };
}

/** Why a treatment cannot have been done at this time, by what the clock shows now. */
export function performedAtProblems(performedAt: Date, now: Date): FieldProblem[] {
  return ageProblems("performedAt", now.getTime() - performedAt.getTime(), MAX_AGE_MS, "90 days");
}

function ageProblems(path: string, age: number, most: number, words: string): FieldProblem[] {
  if (age > most) return [{ path, message: `is more than ${words} ago` }];
  if (age < -MAX_AHEAD_MS) return [{ path, message: "is more than 15 minutes in the future" }];
  return [];
}
