import { z } from "zod";
import { CHANNELS } from "./channel.ts";
import { parseLocalTime } from "./localTime.ts";
import { OFFSET_FORM, parseOffset } from "./offset.ts";
import { sendWindowSchema } from "./sendWindow.ts";

/**
 * What a step does. A `rebook` step is marketing and needs its own consent. A `retraction` is
 * planned only where its permission went out and turns out to have been too early.
 */
export const STEP_KINDS = [
  "caution",
  "permission",
  "expectation",
  "checkin",
  "rebook",
  "retraction",
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by hyphens")
  .max(60);

const offset = z.string().refine((text) => parseOffset(text) !== null, OFFSET_FORM);

/** What a patient's "1" or "2" to a check-in means: all is well, or the clinic must know at once. */
const ANSWERS = ["ok", "alarm"] as const;

/** Words and phrases that alarm, by language. */
const alarmWords = z.record(
  z.string().regex(/^[a-z]{2,3}$/, "must be a language such as en"),
  z.array(z.string().trim().min(2).max(60)).min(1).max(200),
);

const stepSchema = z.strictObject({
  key: slug,
  kind: z.enum(STEP_KINDS),
  topics: z.array(slug).min(1).max(20),
  after: offset,
  at: z
    .string()
    .refine((text) => parseLocalTime(text) !== null, 'must be a local time such as "10:00"')
    .optional(),
  expires: offset,
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .refine((list) => new Set(list).size === list.length, "must not name a channel twice"),
  send: z.enum(["first", "all"]).default("first"),
  window: z.union([z.literal("any"), sendWindowSchema]).optional(),
  floor: offset.optional(),
  retracts: slug.optional(),
  answers: z.strictObject({ "1": z.enum(ANSWERS), "2": z.enum(ANSWERS) }).optional(),
});

/** A protocol file as an author writes it (DESIGN: jobs/*.yaml). */
export const protocolSchema = z
  .strictObject({
    name: slug,
    version: z.int().min(1),
    title: z.string().min(1).max(80),
    source: z.string().min(1).max(200),
    alarm: alarmWords.optional(),
    steps: z.array(stepSchema).min(1).max(100),
  })
  .superRefine((protocol, ctx) => {
    const seen = new Set<string>();
    for (const [index, step] of protocol.steps.entries()) {
      const at = (field: string) => ["steps", index, field];
      if (seen.has(step.key)) {
        ctx.addIssue({ code: "custom", path: at("key"), message: `"${step.key}" is used twice` });
      }
      seen.add(step.key);
      const atEnrolment = parseOffset(step.after)?.amount === 0 && step.at === undefined;
      if (step.window === "any" && !atEnrolment) {
        ctx.addIssue({
          code: "custom",
          path: at("window"),
          message: 'only a step due at enrolment (after: 0h, without at) may set "any"',
        });
      }
      for (const [field, message] of misplaced(step, protocol.steps)) {
        ctx.addIssue({ code: "custom", path: at(field), message });
      }
      if (parseOffset(step.expires)?.amount === 0) {
        ctx.addIssue({ code: "custom", path: at("expires"), message: "must be longer than 0" });
      }
    }
  });

/** The fields of a step that do not go with its kind. */
function misplaced(step: StepText, steps: readonly StepText[]): [field: string, message: string][] {
  const found: [string, string][] = [];
  if (step.kind === "retraction") {
    const permission = steps.find((each) => each.key === step.retracts);
    if (permission?.kind !== "permission") found.push(["retracts", "must name a permission step"]);
    if (step.after !== "0h") found.push(["after", "of a retraction must be 0h: it goes at once"]);
  } else if (step.retracts !== undefined) {
    found.push(["retracts", "belongs to a step of kind retraction"]);
  }
  if (step.answers !== undefined && step.kind !== "checkin") {
    found.push(["answers", "belongs to a step of kind checkin"]);
  }
  return found;
}

type StepText = z.infer<typeof stepSchema>;

/** One aftercare protocol: an ordered list of steps. */
export type Protocol = z.infer<typeof protocolSchema>;

/** One step of a protocol: an offset from `performedAt`, a kind, topics, a message. */
export type Step = Protocol["steps"][number];
