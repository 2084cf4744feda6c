import { z } from "zod";
import { isLanguageTag } from "../domain/languageTag.ts";
import { type Compiled, compile, oneOf, plainLiquid } from "./liquid.ts";
import { TEMPLATE_FOLDER } from "./messageFile.ts";
import type { Problem } from "./problem.ts";
import { PRIVACY_FOLDER } from "./protocolFile.ts";
import { listFolder, readText } from "./sourceFile.ts";
import { parseYaml } from "./yamlFile.ts";

/**
 * What a language has for clinics that say less, or more, than a message does by itself: how the
 * treatment is called, and what a text says that must say nothing.
 */
export interface PrivacyWords {
  locale: string;
  /** Path from the content's root. */
  file: string;
  /** `treatment.called` by tier: "your treatment", and "your micro needling". */
  called: { standard: Compiled; explicit: Compiled };
  /** The subject of every email and the whole of every text of a `neutral` clinic. */
  neutral: { subject: Compiled; sms: Compiled };
}

const line = z
  .string("must be a text")
  .trim()
  .min(1, "must not be empty")
  .regex(/^[^\n]*$/, "must be one line");

const fileSchema = z.strictObject({
  called: z.strictObject({ standard: line, explicit: line }),
  neutral: z.strictObject({ subject: line, sms: line }),
});

/** What each of the four may speak of, and what it cannot do without. */
const PARTS = {
  "called.standard": { may: [], must: [] },
  "called.explicit": { may: ["treatment.name"], must: ["treatment.name"] },
  "neutral.subject": { may: ["clinic.name"], must: [] },
  "neutral.sms": {
    may: ["clinic.name", "clinic.phone", "pageUrl"],
    must: ["clinic.name", "pageUrl"],
  },
} as const satisfies Record<string, { may: string[]; must: string[] }>;

/** Path of a language's file from the content's root. */
export function privacyPath(locale: string): string {
  return `${TEMPLATE_FOLDER}/${PRIVACY_FOLDER}/${locale}.yaml`;
}

/**
 * Reads and compiles every `templates/privacy/<locale>.yaml` under `root`. Throws only what the
 * file system throws.
 */
export async function readPrivacyWords(
  root: string,
): Promise<{ words: PrivacyWords[]; problems: Problem[] }> {
  const words: PrivacyWords[] = [];
  const problems: Problem[] = [];
  const listing = await listFolder(root, `${TEMPLATE_FOLDER}/${PRIVACY_FOLDER}`);
  for (const name of listing?.files ?? []) {
    const locale = name.replace(/\.yaml$/, "");
    const file = `${TEMPLATE_FOLDER}/${PRIVACY_FOLDER}/${name}`;
    if (!name.endsWith(".yaml") || !isLanguageTag(locale)) {
      problems.push({ file, message: "is not named after a language, such as en.yaml" });
      continue;
    }
    const read = compileWords((await readText(root, file)) ?? "");
    if ("problems" in read) problems.push(...read.problems.map((message) => ({ file, message })));
    else words.push({ locale, file, ...read });
  }
  return { words, problems };
}

function compileWords(
  source: string,
): Pick<PrivacyWords, "called" | "neutral"> | { problems: string[] } {
  const parsed = parseYaml(source, fileSchema);
  if ("problems" in parsed) return parsed;
  const { called, neutral } = parsed.data;
  const problems: string[] = [];
  const part = (name: keyof typeof PARTS, text: string): Compiled => {
    const { may, must } = PARTS[name];
    const compiled = compile(plainLiquid, text, oneOf(may));
    if ("problems" in compiled) {
      problems.push(...compiled.problems.map((problem) => `${name}: ${problem}`));
      return [];
    }
    const named = plainLiquid.globalFullVariablesSync([...compiled.template]);
    const forgotten = must.filter((each) => !named.includes(each));
    problems.push(...forgotten.map((each) => `${name}: does not show ${each}`));
    return compiled.template;
  };
  const words = {
    called: {
      standard: part("called.standard", called.standard),
      explicit: part("called.explicit", called.explicit),
    },
    neutral: {
      subject: part("neutral.subject", neutral.subject),
      sms: part("neutral.sms", neutral.sms),
    },
  };
  return problems.length > 0 ? { problems } : words;
}
