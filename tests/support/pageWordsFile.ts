import { stringify } from "yaml";
import { WORDS } from "../../src/content/pageFile.ts";

/** What a language's pages say of the protocols of a test. */
export interface PageNames {
  treatments: Record<string, string>;
  topics: Record<string, string>;
  permitted?: Record<string, Record<string, string>>;
}

/** A `templates/page/<locale>.yaml` in which every sentence is its key and the values that it shows. */
export function pageWordsFile({ treatments, topics, permitted = {} }: PageNames): string {
  const words = Object.entries(WORDS).map(([key, variables]) => [
    key,
    [key, ...variables.map((name) => `{{ ${name} }}`)].join(" "),
  ]);
  return stringify({ words: Object.fromEntries(words), treatments, topics, permitted });
}
