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

// The descriptions below are what an editor shows; schemas/protocol.schema.json is made from them.
// A `pattern` beside one repeats for editors what a check of our own says in better words.

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by hyphens")
  .max(60);

const offset = z
  .string()
  .refine((text) => parseOffset(text) !== null, OFFSET_FORM)
  .meta({ pattern: "^\\d+(m|h|d|w|mo)$", examples: ["0h", "48h", "7d", "2w", "1mo"] });

/** What a patient's "1" or "2" to a check-in means: all is well, or the clinic must know at once. */
const ANSWERS = ["ok", "alarm"] as const;

const language = z.string().regex(/^[a-z]{2,3}$/, "must be a language such as en");

const phrase = z.string().trim().min(2).max(60);

/** Words and phrases that alarm, by language. */
const alarmWords = z.record(language, z.array(phrase).min(1).max(200));

/** What the treatment is called, by language; the first is the one that messages use. */
const treatmentNames = z.record(language, z.array(phrase).min(1).max(20));

const stepSchema = z.strictObject({
  key: slug.describe("Names the step and its message files."),
  kind: z
    .enum(STEP_KINDS)
    .describe(
      "caution: avoid it; permission: you may again; expectation: this is normal; checkin: how is " +
        "it?; rebook: marketing, with a consent of its own; retraction: a permission came too early",
    ),
  topics: z
    .array(slug)
    .min(1)
    .max(20)
    .describe("What the step is about. A caution restricts its topics until a permission of them."),
  after: offset.describe(
    "When it becomes true, counted from the treatment: m and h elapse, d, w and mo go by the calendar.",
  ),
  at: z
    .string()
    .refine((text) => parseLocalTime(text) !== null, 'must be a local time such as "10:00"')
    .optional()
    .describe("Becomes true at the next such local time once `after` has passed.")
    .meta({ pattern: "^\\d{2}:\\d{2}$", examples: ["10:00"] }),
  expires: offset.describe("Not sent any more once this has passed since it became true."),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .refine((list) => new Set(list).size === list.length, "must not name a channel twice")
    .describe("In order of preference.")
    .meta({ uniqueItems: true }),
  send: z
    .enum(["first", "all"])
    .default("first")
    .describe("first: one message, the next channel is the fallback; all: one over each channel"),
  window: z
    .union([z.literal("any"), sendWindowSchema])
    .optional()
    .describe("Narrows the clinic's send window; any (only with after: 0h): at any hour."),
  floor: offset
    .optional()
    .describe("Of a permission: how far a clinician may shorten `after` without an admin key."),
  retracts: slug.optional().describe("Of a retraction: the key of the permission it takes back."),
  answers: z
    .strictObject({ "1": z.enum(ANSWERS), "2": z.enum(ANSWERS) })
    .optional()
    .describe("Of a check-in: what a reply of 1 and of 2 means."),
});

/** A protocol file as an author writes it (DESIGN: jobs/*.yaml). */
export const protocolSchema = z
  .strictObject({
    name: slug.describe("The file is called <name>.yaml, its messages are in templates/<name>/."),
    version: z.int().min(1).describe("Raise it whenever anything in this file changes."),
    title: z.string().min(1).max(80).describe("What people call the treatment."),
    names: treatmentNames
      .optional()
      .describe(
        "What the treatment is called, by language: the first name is used by clinics whose texts " +
          "are explicit, and none may stand in a text of the others.",
      ),
    source: z.string().min(1).max(200).describe("Where the advice comes from."),
    alarm: alarmWords
      .optional()
      .describe("Words in a patient's reply that the clinic must know of at once, by language."),
    steps: z
      .array(stepSchema)
      .min(1)
      .max(100)
      .describe("In the order in which they become true; retractions may stand anywhere."),
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
  if (step.floor !== undefined && step.kind !== "permission") {
    found.push([
      "floor",
      "belongs to a step of kind permission: others are moved by an admin only",
    ]);
  }
  return found;
}

type StepText = z.infer<typeof stepSchema>;

/** One aftercare protocol: an ordered list of steps. */
export type Protocol = z.infer<typeof protocolSchema>;

/** One step of a protocol: an offset from `performedAt`, a kind, topics, a message. */
export type Step = Protocol["steps"][number];
