import { z } from "zod";
import { isLanguageTag } from "./languageTag.ts";
import { PRIVACY_TIERS } from "./message.ts";
import type { SendWindowText } from "./sendWindow.ts";
import { oneLine } from "./text.ts";
import { parseWeeklyHours } from "./weeklyHours.ts";

/** The hosts that are this machine, where nothing has to be encrypted on its way. */
const HERE = ["localhost", "127.0.0.1", "[::1]"];

/** Readers of what people type of a clinic, by the names of its facts; each says what it must be. */
export const clinicFacts = {
  name: oneLine(60),
  phone: oneLine(40),
  email: z
    .string()
    .trim()
    .pipe(z.email("must be one address such as desk@example.com").max(254, "is too long")),
  postalAddress: oneLine(200),
  locale: z.string().refine(isLanguageTag, "must be a language such as en or es-MX"),
  privacy: z.enum(PRIVACY_TIERS),
  hours: z.string().transform((text, context): SendWindowText => {
    const window = parseWeeklyHours(text);
    if (window !== null) return window;
    context.addIssue(
      'must be hours of one day such as 09:00-20:00, or by weekday: "mon-fri 09:00-18:00, sat 10:00-14:00"',
    );
    return z.NEVER;
  }),
  dailyCap: z
    .string()
    .refine(
      (text) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 50,
      "must be a whole number from 1 to 50",
    )
    .transform(Number),
  emergencyText: oneLine(300),
  /** What is posted there is about patients, so it has to be encrypted on its way. */
  webhookUrl: z
    .string()
    .trim()
    .max(500, "is too long")
    .transform((text, context): string => {
      const url = URL.canParse(text) ? new URL(text) : null;
      const local = url?.protocol === "http:" && HERE.includes(url.hostname);
      if (url !== null && (url.protocol === "https:" || local) && url.username === "")
        return url.href;
      context.addIssue("must be an address such as https://clinic.example.com/alarms");
      return z.NEVER;
    }),
  webhookSecret: z
    .string()
    .regex(/^[\x21-\x7e]{24,200}$/, "must have 24 to 200 characters, without spaces"),
};
