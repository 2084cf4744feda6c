import type { Protocol } from "../domain/protocol.ts";
import { plainLiquid, render } from "./liquid.ts";
import type { PageFile, WordKey, WordVariables } from "./pageFile.ts";
import { pagePath } from "./pageFile.ts";
import type { Problem } from "./problem.ts";
import { cleanValue } from "./variables.ts";

/** The words of the pages for patients in one language. What is said is text, never HTML. */
export interface PageWords {
  locale: string;
  /** A sentence or a name by its key, with each value that it asks for. */
  say<Key extends WordKey>(key: Key, ...values: Values<Key>): string;
  /** A topic as people say it; its key in words where no protocol of today has it. */
  topic(topic: string): string;
  /** A treatment as people say it; `title` where its protocol is no longer there. */
  treatment(protocol: string, title: string): string;
  /** What a permission step permits, and how surely; a step without words permits nothing. */
  permitted(protocol: string, step: string): string;
}

type Values<Key extends WordKey> =
  WordVariables<Key> extends never ? [] : [values: Record<WordVariables<Key>, string>];

/** The words of a file that was read and compiled. */
export function pageWords(file: PageFile): PageWords {
  const { locale, words, treatments, topics, permitted } = file;
  const say: PageWords["say"] = (key, ...values) => {
    const scope = Object.entries<string>(values[0] ?? {});
    const clean = scope.map(([name, value]) => [name, cleanValue(value)]);
    return render(plainLiquid, words[key], Object.fromEntries(clean)).trim();
  };
  return {
    locale,
    say,
    topic: (topic) => topics.get(topic) ?? topic.replaceAll("-", " "),
    treatment: (protocol, title) => treatments.get(protocol) ?? title,
    permitted: (protocol, step) => permitted.get(protocol)?.get(step) ?? say("permittedAnyway"),
  };
}

/** What the pages could not say of these protocols in the languages that they have. */
export function unsaid(protocols: Iterable<Protocol>, files: readonly PageFile[]): Problem[] {
  const all = [...protocols];
  return files.flatMap((file) => all.flatMap((protocol) => unsaidOf(protocol, file)));
}

function unsaidOf({ name, steps }: Protocol, file: PageFile): Problem[] {
  const topics = new Set(steps.flatMap((step) => step.topics));
  const permissions = steps.filter(({ kind }) => kind === "permission").map(({ key }) => key);
  const missing = [
    ...[name].filter((each) => !file.treatments.has(each)).map((each) => `treatments: "${each}"`),
    ...[...topics].filter((each) => !file.topics.has(each)).map((each) => `topics: "${each}"`),
    ...permissions
      .filter((each) => !file.permitted.get(name)?.has(each))
      .map((each) => `permitted: step "${each}" of "${name}"`),
  ];
  return missing.map((what) => ({
    file: pagePath(file.locale),
    message: `${what} has no words for the patient's page`,
  }));
}
