import { REPLIES } from "../../support/replies.ts";
import type { Case } from "./refusedContent.ts";

const ANSWERS = "templates/replies/en.yaml";

/** Faults of the answers to patients' texts that keep the program from starting. */
export const REFUSED_ANSWERS: Case[] = [
  ["no answers", { [ANSWERS]: null }, ANSWERS, /is missing: patients' texts need an answer$/],
  ["an answer too few", { [ANSWERS]: REPLIES.replace(/^help.*\n/m, "") }, ANSWERS, /^help: /],
  ["an answer too many", { [ANSWERS]: `${REPLIES}hello: hi\n` }, ANSWERS, /hello/],
  [
    "an answer with an unknown variable",
    { [ANSWERS]: REPLIES.replace("clinic.phone", "patient.firstName") },
    ANSWERS,
    /^stop: unknown variable patient.firstName$/,
  ],
  [
    "answers in no language",
    { "templates/replies/english.yaml": REPLIES },
    "templates/replies/english.yaml",
    /not named after a language/,
  ],
];

/** Faults of the answers that would reach a patient: only `check` finds them. */
export const FOUND_ANSWERS: Case[] = [
  [
    "an answer outside GSM-7",
    { [ANSWERS]: REPLIES.replace(" stop ", " está ") },
    ANSWERS,
    /^stop: has a character outside GSM-7/,
  ],
  [
    "a long answer",
    { [ANSWERS]: REPLIES.replace(" stop ", " stop ".repeat(60)) },
    ANSWERS,
    /^stop: takes 3 segments with a long name; it may take 2$/,
  ],
  [
    "an answer of nobody",
    { [ANSWERS]: REPLIES.replace("{{ clinic.name }} stop", "Stopped") },
    ANSWERS,
    /^stop: does not say the clinic's name$/,
  ],
];
