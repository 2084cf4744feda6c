import { parse } from "yaml";
import { z } from "zod";
import type { Problem } from "./problem.ts";
import { RESERVED_NAMES } from "./protocolFile.ts";
import { listFolder, readText } from "./sourceFile.ts";
import { reason, yamlProblem } from "./yamlFile.ts";

/** The folder of message files and of the email layout, from the content's root. */
export const TEMPLATE_FOLDER = "templates";

/** The most segments that an SMS may take unless its file allows it more. */
export const DEFAULT_SEGMENTS = 2;

/** The most that a file may allow: beyond it carriers drop texts, and patients do not read them. */
export const MOST_SEGMENTS = 4;

/** One message as its author wrote it: three Liquid templates, of which the body is Markdown. */
export interface MessageSource {
  subject: string;
  sms: string;
  segments: number;
  body: string;
}

/** A message file, and what its place among the folders says of it. */
export interface MessageFile extends MessageSource {
  protocol: string;
  locale: string;
  step: string;
  /** Path from the content's root. */
  file: string;
}

/** Whether a name is a language tag, such as `en`, `es-MX` or `zh-Hant-TW`, that can say dates and waits. */
export function isLanguage(name: string): boolean {
  if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(name)) return false;
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
}

const frontMatterSchema = z.strictObject({
  subject: z
    .string("must be a line of text")
    .trim()
    .min(1, "must not be empty")
    .regex(/^[^\n]*$/, "must be one line"),
  sms: z.string("must be a text").trim().min(1, "must not be empty"),
  segments: z
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(MOST_SEGMENTS, `must be at most ${MOST_SEGMENTS}: shorten the text`)
    .default(DEFAULT_SEGMENTS),
});

/** Path of a message file from the content's root. */
export function messagePath(protocol: string, locale: string, step: string): string {
  return `${TEMPLATE_FOLDER}/${protocol}/${locale}/${step}.md`;
}

/**
 * Reads every `templates/<protocol>/<locale>/<step>.md` under `root`, in the order of their paths.
 * Throws only what the file system throws.
 */
export async function readMessages(
  root: string,
): Promise<{ messages: MessageFile[]; problems: Problem[] }> {
  const messages: MessageFile[] = [];
  const problems: Problem[] = [];
  for (const place of await findMessages(root, problems)) {
    const read = parseMessage((await readText(root, place.file)) ?? "");
    if ("problems" in read) {
      problems.push(...read.problems.map((message) => ({ file: place.file, message })));
    } else {
      messages.push({ ...place, ...read });
    }
  }
  return { messages, problems };
}

/** Reads one message file: YAML between two lines of `---`, then the body. */
export function parseMessage(source: string): MessageSource | { problems: string[] } {
  const parts = /^---\n([\s\S]*?)\n---(?:\n([\s\S]*))?$/.exec(source);
  if (!parts) return { problems: ["must begin with front matter between two lines of ---"] };
  let written: unknown;
  try {
    written = parse(parts[1] ?? "");
  } catch (error) {
    return { problems: [yamlProblem(error)] };
  }
  const parsed = frontMatterSchema.safeParse(written);
  const body = (parts[2] ?? "").trim();
  const problems = parsed.success ? [] : parsed.error.issues.map(describeIssue);
  if (body === "") problems.push("body: the email has no text");
  if (!parsed.success || problems.length > 0) return { problems };
  return { ...parsed.data, body };
}

async function findMessages(
  root: string,
  problems: Problem[],
): Promise<Omit<MessageFile, keyof MessageSource>[]> {
  const found = [];
  for (const protocol of (await listFolder(root, TEMPLATE_FOLDER))?.folders ?? []) {
    if (RESERVED_NAMES.has(protocol)) continue;
    const folder = `${TEMPLATE_FOLDER}/${protocol}`;
    for (const locale of (await listFolder(root, folder))?.folders ?? []) {
      if (!isLanguage(locale)) {
        const message = "is not named after a language, such as en or es-MX";
        problems.push({ file: `${folder}/${locale}`, message });
        continue;
      }
      for (const name of (await listFolder(root, `${folder}/${locale}`))?.files ?? []) {
        const file = `${folder}/${locale}/${name}`;
        if (name.endsWith(".md")) found.push({ protocol, locale, step: name.slice(0, -3), file });
        else problems.push({ file, message: "is not a message file: its name must end in .md" });
      }
    }
  }
  return found;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join(".");
  return where === "" ? `front matter: ${reason(issue)}` : `${where}: ${reason(issue)}`;
}
