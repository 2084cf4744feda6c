import { createHash } from "node:crypto";
import { z } from "zod";
import { clinicFacts } from "../domain/clinicFacts.ts";
import { isDialable } from "../domain/phone.ts";
import { WEEKDAYS } from "../domain/sendWindow.ts";
import {
  describeWeeklyHours,
  hoursByDay,
  parseWeeklyHours,
  type Weekday,
  windowOfDays,
} from "../domain/weeklyHours.ts";
import type { Clinic, ClinicChanges } from "../ledger/clinics.ts";
import type { FormValues } from "./forms.ts";

/** The windows of a clinic; each has a field for each weekday, such as `sendWindow.mon`. */
export const WINDOWS = ["sendWindow", "rebookWindow"] as const;

type WindowName = (typeof WINDOWS)[number];

/** What is typed over several lines for its length, and is one line. */
function unfolded(fact: z.ZodType<string, string>) {
  return z
    .string()
    .transform((text) => text.replaceAll(/\s*[\r\n]+\s*/g, " "))
    .pipe(fact);
}

const ofOneDay = z.string().transform((text, context): string => {
  // People type a dash as their keyboard makes it, and an hour without its zero.
  const tidy = text.replaceAll(/\s/g, "").replaceAll(/[–—]/g, "-");
  const hours = tidy.replaceAll(/(?<!\d)(\d:)/g, "0$1");
  if (/^[\d:]+-[\d:]+$/.test(hours) && parseWeeklyHours(hours) !== null) return hours;
  context.addIssue("must be hours such as 09:00-20:00");
  return z.NEVER;
});

const days = Object.fromEntries(
  WINDOWS.flatMap((window) => WEEKDAYS.map((day) => [`${window}.${day}`, ofOneDay.optional()])),
) as Record<`${WindowName}.${Weekday}`, z.ZodOptional<typeof ofOneDay>>;

/**
 * Reads the form of a clinic's settings: all that can be changed of it. A phone or a language that
 * would not be taken today and is there already may stay: the page says what is wrong with it.
 */
export const settingsForm = (clinic: Clinic, languages: readonly string[]) =>
  z
    .object({
      name: z.string("is needed").pipe(clinicFacts.name),
      phone: clinicFacts.phone
        .refine(
          (text) => text === clinic.phone || isDialable(text, clinic.region),
          `is no phone number of ${clinic.region}; one of another country begins with + and its code`,
        )
        .optional(),
      postalAddress: unfolded(clinicFacts.postalAddress).optional(),
      locale: z.enum(languagesFor(clinic, languages), "must be one of the list"),
      dailyCap: z.string("is needed").trim().pipe(clinicFacts.dailyCap),
      email: clinicFacts.email.optional(),
      privacy: z.enum(clinicFacts.privacy.options, "choose one of the three"),
      emergencyText: unfolded(clinicFacts.emergencyText).optional(),
      webhookUrl: clinicFacts.webhookUrl.optional(),
      newSecret: z.literal("yes").optional(),
      version: z.string().optional(),
      ...days,
    })
    .transform((form, context) => {
      const { newSecret, version, phone, email, postalAddress, emergencyText, webhookUrl } = form;
      const hoursOf = (window: WindowName) => {
        const open = WEEKDAYS.map((day) => [day, form[`${window}.${day}`] ?? null]);
        const read = windowOfDays(Object.fromEntries(open) as Record<Weekday, string | null>);
        if (read !== null) return read;
        context.addIssue({
          code: "custom",
          path: [`${window}.mon`],
          message: "give hours to one day at least",
        });
        return z.NEVER;
      };
      const changes: ClinicChanges = {
        name: form.name,
        locale: form.locale,
        privacy: form.privacy,
        dailyCap: form.dailyCap,
        phone: phone ?? null,
        email: email ?? null,
        postalAddress: postalAddress ?? null,
        emergencyText: emergencyText ?? null,
        webhookUrl: webhookUrl ?? null,
        sendWindow: hoursOf("sendWindow"),
        rebookWindow: hoursOf("rebookWindow"),
        ...(newSecret && webhookUrl !== undefined && { webhookSecret: null }),
      };
      return { changes, version };
    });

/** The languages that a clinic can choose: those that there are messages in, and its present one. */
export function languagesFor({ locale }: Clinic, languages: readonly string[]): string[] {
  return [...new Set([...languages, locale])].sort();
}

/**
 * What of these changes is one: hours that are written in another way are the same hours, and would
 * stand in the history as if somebody had changed them.
 */
export function realChanges(before: Clinic, changes: ClinicChanges): ClinicChanges {
  const same = WINDOWS.filter((window) => {
    const { [window]: hours } = changes;
    if (hours === undefined) return false;
    const was = windowOfDays(hoursByDay(before[window])) ?? before[window];
    return describeWeeklyHours(was) === describeWeeklyHours(hours);
  });
  return Object.fromEntries(
    Object.entries(changes).filter(([field]) => !same.some((window) => window === field)),
  );
}

/** A clinic's settings as the form shows them. */
export function settingsValues(clinic: Clinic): FormValues {
  const { name, phone, email, postalAddress, locale, privacy, dailyCap } = clinic;
  const hours = WINDOWS.flatMap((window) =>
    Object.entries(hoursByDay(clinic[window])).map(([day, open]) => [`${window}.${day}`, open]),
  );
  return {
    name,
    locale,
    privacy,
    phone: phone ?? "",
    email: email ?? "",
    postalAddress: postalAddress ?? "",
    dailyCap: String(dailyCap),
    emergencyText: clinic.emergencyText ?? "",
    webhookUrl: clinic.webhookUrl ?? "",
    version: versionOf(clinic),
    ...(Object.fromEntries(hours.map(([field, open]) => [field, open ?? ""])) as FormValues),
  };
}

/** Changes with whatever is set of a clinic, by which a form knows that it is out of date. */
export function versionOf(clinic: Clinic): string {
  const facts = Object.entries(clinic).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(facts)).digest("base64url").slice(0, 16);
}
