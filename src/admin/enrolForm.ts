import type { Content } from "../content/content.ts";
import {
  type Enrolment,
  enrolmentBody,
  type FieldProblem,
  MAX_AHEAD_MS,
  readEnrolment,
} from "../domain/enrolment.ts";
import { instantShowing } from "../domain/localTime.ts";
import { refusedOverrides } from "../domain/overrides.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { ConsentText } from "../ledger/consentTexts.ts";
import { beyondClinicianAt } from "../ledger/enrolmentPlan.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { consentWords, wordsOfVersion } from "./consentWords.ts";
import type { FormProblems, FormValues } from "./forms.ts";
import type { Place } from "./guard.ts";

/** What the form is read against. */
export interface EnrolContext {
  place: Place;
  content: Content;
  ledger: Ledger;
  now: Date;
}

/** An enrolment as the form says it. */
export interface FormEnrolment {
  protocol: Protocol;
  enrolment: Enrolment;
  /** The words at the boxes when they were ticked. */
  consentText: ConsentText;
}

/** What came of a form; `forbidden` where an admin would have to send it. */
export type ReadEnrolForm =
  | { value: FormEnrolment }
  | { problems: FormProblems; forbidden: boolean };

/** How a consent says that it was given on this form. */
const SOURCE = "form at the front desk";

/** What stands for a name that has not been typed yet. */
const NAMELESS = "Patient";

/** What stands before the key of a step in the name of its field. */
export const AFTER = "after.";

/** Reads the form as it is sent. */
export async function readEnrolForm(
  values: FormValues,
  context: EnrolContext,
): Promise<ReadEnrolForm> {
  const problems: Record<string, string> = {};
  if (values["firstName"] === undefined) problems["firstName"] = "is needed";
  if (values["when"] === "earlier" && values["at"] === undefined) problems["at"] = "is needed";
  const agreed = values["careSms"] === "yes" || values["careEmail"] === "yes";
  if (!agreed && values["silent"] !== "yes") {
    problems["careSms"] =
      "Ask the patient, and tick one; or tick below that nothing is to be sent.";
  }
  if (!agreed && values["offers"] === "yes") {
    problems["offers"] = "needs texts or emails to be agreed to above";
  }
  const read = await readFields(values, context, { draft: false });
  if ("value" in read && Object.keys(problems).length === 0) return read;
  const more = "value" in read ? {} : read.problems;
  return { problems: { ...more, ...problems }, forbidden: "forbidden" in read && read.forbidden };
}

/** What a form that is still being typed says so far, and what of it cannot be read yet. */
export interface Draft {
  value: FormEnrolment | null;
  problems: FormProblems;
}

/** Reads what is typed so far, without what is wrong or only begun. */
export async function readDraft(values: FormValues, context: EnrolContext): Promise<Draft> {
  const problems: Record<string, string> = {};
  let sound: FormValues = { ...values, firstName: values["firstName"] ?? NAMELESS };
  for (;;) {
    const read = await readFields(sound, context, { draft: true });
    if ("value" in read) return { value: read.value, problems };
    Object.assign(problems, read.problems);
    const left = Object.entries(sound).filter(([name]) => read.problems[name] === undefined);
    // What is wrong and was not typed, such as a treatment that is not there, stays wrong.
    if (left.length === Object.keys(sound).length) return { value: null, problems };
    sound = { firstName: NAMELESS, ...Object.fromEntries(left) };
  }
}

async function readFields(
  values: FormValues,
  { place, content, ledger, now }: EnrolContext,
  { draft }: { draft: boolean },
): Promise<ReadEnrolForm> {
  const { clinic, visitor, role } = place;
  const words = wordsFor(values, place);
  if (words === undefined) {
    const changed = "The words at the boxes have changed. Read them to the patient again.";
    return { problems: { careSms: changed }, forbidden: false };
  }
  const at = doneAt(values, clinic.timeZone, now);
  if (at === null) return { problems: { at: "is no date and time" }, forbidden: false };
  const care = [
    ...(values["careSms"] === "yes" ? ["sms"] : []),
    ...(values["careEmail"] === "yes" ? ["email"] : []),
  ];
  const body = {
    protocol: values["protocol"] ?? "",
    performedAt: at.toISOString(),
    patient: given(values, ["externalId", "firstName", "phone", "email", "timeZone", "locale"]),
    consent: {
      care,
      rebook: values["offers"] === "yes" ? care : [],
      source: SOURCE,
      at: now.toISOString(),
      textVersion: words.version,
      takenBy: visitor.name,
    },
    overrides: overridesIn(values),
    ...given(values, ["overrideReason"]),
  };
  const shape = enrolmentBody.safeParse(body);
  if (!shape.success) {
    const issues = shape.error.issues.map(({ path, message }) => {
      return { path: path.join("."), message };
    });
    return { problems: toProblems(issues, care), forbidden: false };
  }
  const { protocols } = content;
  const read = readEnrolment(shape.data, { region: clinic.region, now, protocols, draft });
  if ("problems" in read) return { problems: toProblems(read.problems, care), forbidden: false };
  const { enrolment } = read;
  const protocol = protocols.get(enrolment.protocol);
  if (protocol === undefined) return { problems: { protocol: "choose one" }, forbidden: false };
  const beyond = await beyondClinicianAt(ledger.db, { clinic, protocol, enrolment });
  const asked = { admin: role === "admin", reason: enrolment.overrideReason };
  const refused = refusedOverrides(beyond, asked);
  if (refused === null || (draft && refused.lacks === "reason")) {
    return { value: { protocol, enrolment, consentText: words } };
  }
  if (refused.lacks === "reason") {
    const problem = "is needed: this is more than a clinician decides alone";
    return { problems: { overrideReason: problem }, forbidden: false };
  }
  const problems = beyond.map(({ step }) => [
    `${AFTER}${step.key}`,
    step.kind === "permission"
      ? `only an admin may choose this; at least ${step.floor ?? step.after}`
      : "only an admin may choose this",
  ]);
  return { problems: Object.fromEntries(problems), forbidden: true };
}

/** The words that stood at the boxes: by their version, else in the language that was chosen. */
function wordsFor(values: FormValues, { clinic }: Place) {
  const version = values["wording"];
  if (version !== undefined) return wordsOfVersion(version, clinic.name);
  return consentWords(values["locale"] ?? clinic.locale, clinic.name);
}

/**
 * When it was done; null where that is no date and time. Of the two instants that clocks show twice in autumn the later is taken:
 * nothing is permitted early by it.
 */
function doneAt(values: FormValues, zone: string, now: Date): Date | null {
  const typed = values["at"];
  if (values["when"] !== "earlier" || typed === undefined) return now;
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(typed)?.[0] ?? "";
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) return null;
  const later = instantShowing(shown, zone, Infinity);
  const ahead = later > now.getTime() + MAX_AHEAD_MS;
  return new Date(ahead ? instantShowing(shown, zone) : later);
}

/** The other waits that were typed, of the treatment whose fields were shown. */
function overridesIn(values: FormValues): Record<string, string> {
  if (values["waitsOf"] !== values["protocol"]) return {};
  const found = Object.entries(values).filter(([name]) => name.startsWith(AFTER));
  return Object.fromEntries(
    found.map(([name, value]) => [name.slice(AFTER.length), value.trim().toLowerCase()]),
  );
}

function given(values: FormValues, names: readonly string[]): FormValues {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name]?.trim();
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

/** The problems of a body at the fields of the form, the first of each. */
function toProblems(found: readonly FieldProblem[], care: readonly string[]): FormProblems {
  const problems: Record<string, string> = {};
  for (const { path, message } of found) {
    const field = fieldOf(path, care);
    problems[field] ??= message;
  }
  return problems;
}

function fieldOf(path: string, care: readonly string[]): string {
  if (path === "patient") return care[0] === "email" ? "email" : "phone";
  if (path === "performedAt") return "at";
  if (path.startsWith("patient.")) return path.slice("patient.".length);
  if (path.startsWith("overrides.")) return `${AFTER}${path.slice("overrides.".length)}`;
  return path.startsWith("consent") ? "careSms" : path;
}
