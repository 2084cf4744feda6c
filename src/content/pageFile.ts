import { z } from "zod";
import { isLanguageTag } from "../domain/languageTag.ts";
import { type Compiled, compile, oneOf, plainLiquid } from "./liquid.ts";
import { TEMPLATE_FOLDER } from "./messageFile.ts";
import type { Problem } from "./problem.ts";
import { listFolder, readText } from "./sourceFile.ts";
import { parseYaml } from "./yamlFile.ts";

/** The folder of the pages' words, one file a language, from the content's root. */
const PAGE_FOLDER = `${TEMPLATE_FOLDER}/page`;

/** Everything that the pages for patients say, by key, and the values that each must show. */
export const WORDS = {
  title: [],
  greeting: ["name"],
  treated: ["treatment", "time"],
  now: [],
  nowAt: ["time"],
  wait: [],
  until: ["time"],
  over: [],
  since: ["time"],
  nothingOver: [],
  nothingToWait: [],
  ask: [],
  askText: [],
  heldTitle: [],
  heldText: [],
  held: [],
  timeline: [],
  ends: [],
  ended: [],
  normal: [],
  instructions: [],
  upcoming: [],
  upcomingText: [],
  about: ["topics"],
  bySms: [],
  byEmail: [],
  noUpcoming: [],
  calendar: [],
  calendarText: [],
  calendarChanges: [],
  choices: [],
  sms: [],
  email: [],
  smsAre: [],
  emailAre: [],
  smsStopped: [],
  emailStopped: [],
  stop: ["messages"],
  resume: ["messages"],
  startHint: [],
  choicesText: [],
  call: ["phone"],
  questions: [],
  questionsText: ["clinic"],
  times: ["zone"],
  none: [],
  noneText: ["clinic"],
  permittedAnyway: [],
  stopQuestion: ["messages"],
  stopText: ["messages", "clinic"],
  stopped: [],
  lost: [],
  lostText: [],
  busy: [],
  busyText: [],
  failed: [],
  failedText: [],
} as const satisfies Record<string, readonly string[]>;

export type WordKey = keyof typeof WORDS;

export type WordVariables<Key extends WordKey> = (typeof WORDS)[Key][number];

/** The words of one language, compiled. */
export interface PageFile {
  locale: string;
  words: Readonly<Record<WordKey, Compiled>>;
  treatments: ReadonlyMap<string, string>;
  topics: ReadonlyMap<string, string>;
  /** By protocol, by permission step. */
  permitted: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const line = z.string("must be a text").trim().min(1, "must not be empty").max(400);
const names = z.record(z.string(), line);
const keys = Object.keys(WORDS) as WordKey[];

const fileSchema = z.strictObject({
  words: z.strictObject(Object.fromEntries(keys.map((key) => [key, line]))),
  treatments: names,
  topics: names,
  permitted: z.record(z.string(), names),
});

/** Path of the words of a language from the content's root. */
export function pagePath(locale: string): string {
  return `${PAGE_FOLDER}/${locale}.yaml`;
}

/** Reads every `templates/page/<locale>.yaml`. Throws only what the file system throws. */
export async function readPages(root: string): Promise<{ pages: PageFile[]; problems: Problem[] }> {
  const pages: PageFile[] = [];
  const problems: Problem[] = [];
  for (const name of (await listFolder(root, PAGE_FOLDER))?.files ?? []) {
    const file = `${PAGE_FOLDER}/${name}`;
    const locale = name.replace(/\.yaml$/, "");
    const read =
      name.endsWith(".yaml") && isLanguageTag(locale)
        ? parsePage(locale, (await readText(root, file)) ?? "")
        : { problems: ["is not named after a language, such as en.yaml or es-MX.yaml"] };
    if ("page" in read) pages.push(read.page);
    else problems.push(...read.problems.map((message) => ({ file, message })));
  }
  return { pages, problems };
}

function parsePage(locale: string, source: string): { page: PageFile } | { problems: string[] } {
  const parsed = parseYaml(source, fileSchema);
  if ("problems" in parsed) return parsed;
  const { treatments, topics, permitted } = parsed.data;
  const compiled = keys.map(
    (key) => [key, compileWord(key, parsed.data.words[key] ?? "")] as const,
  );
  const problems = compiled.flatMap(([key, each]) =>
    "problems" in each ? each.problems.map((problem) => `words.${key}: ${problem}`) : [],
  );
  if (problems.length > 0) return { problems };
  const words = compiled.flatMap(([key, each]) =>
    "template" in each ? [[key, each.template] as const] : [],
  );
  const byStep = Object.entries(permitted).map(
    ([protocol, steps]) => [protocol, new Map(Object.entries(steps))] as const,
  );
  return {
    page: {
      locale,
      words: Object.fromEntries(words) as Record<WordKey, Compiled>,
      treatments: new Map(Object.entries(treatments)),
      topics: new Map(Object.entries(topics)),
      permitted: new Map(byStep),
    },
  };
}

/** A sentence must show each value that it gets: an "until" without its time would mislead. */
function compileWord(
  key: WordKey,
  source: string,
): { template: Compiled } | { problems: string[] } {
  const variables: readonly string[] = WORDS[key];
  const compiled = compile(plainLiquid, source, oneOf(variables));
  if ("problems" in compiled) return compiled;
  const named = plainLiquid.globalFullVariablesSync([...compiled.template]);
  const forgotten = variables.filter((name) => !named.includes(name));
  if (forgotten.length === 0) return compiled;
  return { problems: forgotten.map((name) => `does not show ${name}`) };
}
