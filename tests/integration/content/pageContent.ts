import { pageWith } from "./fixture.ts";
import type { Case } from "./refusedContent.ts";

const PAGE = "templates/page/en.yaml";

/** Faults of the words of the patient's page that keep the program from starting. */
export const REFUSED_PAGES: Case[] = [
  ["no words for the page", { [PAGE]: null }, PAGE, /is missing: the patient's page needs words/],
  ["a page that is not YAML", { [PAGE]: "words: [" }, PAGE, /^is not YAML/],
  [
    "a page of no language",
    { "templates/page/english.yaml": "words: {}" },
    "templates/page/english.yaml",
    /not named after a language/,
  ],
  [
    "a topic without a name",
    pageWith("sun: Sun", "moon: Moon"),
    PAGE,
    /^topics: "sun" has no words/,
  ],
  [
    "a topic without a name in one language",
    { "templates/page/es.yaml": pageWith("sun: Sun", "moon: Moon")[PAGE] ?? "" },
    "templates/page/es.yaml",
    /^topics: "sun" has no words/,
  ],
  [
    "a permission without words",
    pageWith("second: You can.", "third: You can."),
    PAGE,
    /^permitted: step "second" of "peel" has no words/,
  ],
  ["a treatment without a name", pageWith("peel: Peel", "mask: Mask"), PAGE, /^treatments: "peel"/],
  ["a page that lacks a sentence", pageWith("  lost: lost\n", ""), PAGE, /^words.lost: /],
  ["an until without its time", pageWith("until {{ time }}", "until"), PAGE, /does not show time/],
  [
    "a page with an unknown variable",
    pageWith("now: now", 'now: "{{ patient }}"'),
    PAGE,
    /^words.now: unknown variable patient$/,
  ],
];
