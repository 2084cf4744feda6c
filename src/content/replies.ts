import { z } from "zod";
import { REPLY_NAMES, type ReplyName } from "../domain/inbound.ts";
import { isLanguageTag } from "../domain/languageTag.ts";
import { type Compiled, compile, oneOf, plainLiquid, render } from "./liquid.ts";
import { TEMPLATE_FOLDER } from "./messageFile.ts";
import type { Problem } from "./problem.ts";
import { smsSegments } from "./segments.ts";
import { listFolder, readText } from "./sourceFile.ts";
import { parseYaml } from "./yamlFile.ts";

/** The folder of the answers to patients' texts, a file for each language. */
export const REPLY_FOLDER = `${TEMPLATE_FOLDER}/replies`;

/** The most segments that an answer may take; none leaves GSM-7 by words of its own. */
export const REPLY_SEGMENTS = 2;

/** What an answer may speak of; a number that belongs to no patient has no clinic either. */
export interface ReplyVariables {
  clinic: { name: string | null; phone: string | null; emergencyText: string | null };
}

/** Which answer, and in which languages it may be: the patient's, then the clinic's. */
export interface ReplyRequest extends ReplyVariables {
  name: ReplyName;
  locale: string;
  clinicLocale: string;
}

/** The answers in one language. */
export interface Replies {
  locale: string;
  file: string;
  answers: Readonly<Record<ReplyName, Compiled>>;
}

const VARIABLES = ["clinic.name", "clinic.phone", "clinic.emergencyText"];

const text = z.string("must be a text").trim().min(1, "must not be empty");
const fileSchema = z.strictObject(
  Object.fromEntries(REPLY_NAMES.map((name) => [name, text])) as Record<ReplyName, typeof text>,
);

/** Reads every `templates/replies/<language>.yaml` under `root`. Throws what the file system throws. */
export async function readReplies(
  root: string,
): Promise<{ replies: Replies[]; problems: Problem[] }> {
  const replies: Replies[] = [];
  const problems: Problem[] = [];
  for (const name of (await listFolder(root, REPLY_FOLDER))?.files ?? []) {
    const file = `${REPLY_FOLDER}/${name}`;
    const locale = name.replace(/\.yaml$/, "");
    const read =
      name.endsWith(".yaml") && isLanguageTag(locale)
        ? parseReplies((await readText(root, file)) ?? "")
        : { problems: ["is not named after a language, such as en.yaml"] };
    if ("problems" in read) problems.push(...read.problems.map((message) => ({ file, message })));
    else replies.push({ locale, file, answers: read.answers });
  }
  const english = `${REPLY_FOLDER}/en.yaml`;
  if (![...replies, ...problems].some(({ file }) => file === english)) {
    problems.push({ file: english, message: "is missing: patients' texts need an answer" });
  }
  return { replies, problems };
}

/** Reads one file of answers: all of them, and nothing else. */
export function parseReplies(
  source: string,
): { answers: Record<ReplyName, Compiled> } | { problems: string[] } {
  const parsed = parseYaml(source, fileSchema);
  if ("problems" in parsed) return parsed;
  const compiled = REPLY_NAMES.map(
    (name) => [name, compile(plainLiquid, parsed.data[name], oneOf(VARIABLES))] as const,
  );
  const problems = compiled.flatMap(([name, result]) =>
    "problems" in result ? result.problems.map((problem) => `${name}: ${problem}`) : [],
  );
  if (problems.length > 0) return { problems };
  const answers = compiled.map(([name, result]) => [
    name,
    "template" in result ? result.template : [],
  ]);
  return { answers: Object.fromEntries(answers) as Record<ReplyName, Compiled> };
}

/** One answer, in one line. */
export function renderReply(answer: Compiled, variables: ReplyVariables): string {
  const clean = (value: string | null) => value?.replace(/\p{Cc}+/gu, " ").trim() || null;
  const { name, phone, emergencyText } = variables.clinic;
  const clinic = {
    name: clean(name),
    phone: clean(phone),
    emergencyText: clean(emergencyText),
  };
  return render(plainLiquid, answer, { clinic }).replace(/\s+/g, " ").trim();
}

/** What would reach patients but should not: an answer that is too long, or names nobody. */
export function replyProblems(
  replies: Replies,
  clinic: { name: string; phone: string },
): Problem[] {
  const { file, answers } = replies;
  return REPLY_NAMES.flatMap((name) => {
    const known = renderReply(answers[name], { clinic: { ...clinic, emergencyText: null } });
    const { encoding, segments } = smsSegments(known);
    const found: string[] = [];
    if (encoding !== "GSM-7") found.push("has a character outside GSM-7, such as á, í, ó or ú");
    if (segments > REPLY_SEGMENTS) {
      found.push(`takes ${segments} segments with a long name; it may take ${REPLY_SEGMENTS}`);
    }
    if (!known.includes(clinic.name)) found.push("does not say the clinic's name");
    if (name === "help" && !known.includes(clinic.phone)) {
      found.push("does not say the clinic's phone");
    }
    return found.map((message) => ({ file, message: `${name}: ${message}` }));
  });
}
