import { message, privacyWords, protocolText, protocolWith } from "./fixture.ts";

/** Files of the sound content. */
export const FIRST = "templates/peel/en/first.md";
export const SECOND = "templates/peel/en/second.md";
export const FIRST_ES = "templates/peel/es/first.md";
export const WORDS = "templates/privacy/en.yaml";

/** What is planted, and which problem is found in which file. */
export type Case = [
  what: string,
  changes: Record<string, string | null>,
  file: string,
  message: RegExp,
];

/** Faults that would keep a message from being sent: `loadContent` refuses them, too. */
export const REFUSED: Case[] = [
  ["no protocols", { "jobs/peel.yaml": null }, "jobs", /no protocol file/],
  ["not YAML", { "jobs/peel.yaml": "name: [" }, "jobs/peel.yaml", /^is not YAML: .*line 1/],
  ["empty protocol", { "jobs/peel.yaml": "" }, "jobs/peel.yaml", /expected object/],
  [
    "a bad offset",
    protocolWith("after: 7d", "after: 7 days"),
    "jobs/peel.yaml",
    /^step "second", after: must be a number and a unit/,
  ],
  [
    "an unknown kind",
    protocolWith("kind: permission", "kind: reminder"),
    "jobs/peel.yaml",
    /^step "second", kind: /,
  ],
  [
    "an unknown field",
    protocolWith("channels: [sms]", "channels: [sms]\n    chanels: [sms]"),
    "jobs/peel.yaml",
    /^step "second": .*chanels/,
  ],
  [
    "a step without key",
    protocolWith("- key: second\n    kind", "- kind"),
    "jobs/peel.yaml",
    /^step 2, key: /,
  ],
  ["a key used twice", protocolWith("key: second", "key: first"), "jobs/peel.yaml", /used twice/],
  [
    "a bad window",
    protocolWith("channels: [sms]\n", "channels: [sms]\n    window: noon\n"),
    "jobs/peel.yaml",
    /^step "second", window: .*09:00-20:00/,
  ],
  ["no version", protocolWith("version: 1\n", ""), "jobs/peel.yaml", /^version: /],
  [
    "a name unlike its file's",
    protocolWith("name: peel", "name: peeling"),
    "jobs/peel.yaml",
    /"peeling" belongs in a file called peeling.yaml/,
  ],
  ["a step without message", { [SECOND]: null }, SECOND, /is missing/],
  ["no front matter", { [FIRST]: "Hello" }, FIRST, /front matter/],
  ["front matter not YAML", { [FIRST]: "---\na: [\n---\nHello" }, FIRST, /^is not YAML/],
  ["front matter not a map", { [FIRST]: "---\nhello\n---\nHello" }, FIRST, /^front matter: /],
  ["no subject", { [FIRST]: "---\nsms: x\n---\nHello" }, FIRST, /^subject: /],
  [
    "an empty subject",
    { [FIRST]: '---\nsubject: " "\nsms: x\n---\nHello' },
    FIRST,
    /^subject: .*empty/,
  ],
  ["no SMS", { [FIRST]: "---\nsubject: x\n---\nHello" }, FIRST, /^sms: /],
  ["no body", { [FIRST]: "---\nsubject: x\nsms: x\n---\n" }, FIRST, /^body: /],
  ["a field too many", { [FIRST]: "---\nsubject: x\nsms: x\ntext: y\n---\nHello" }, FIRST, /text/],
  ["unclosed Liquid", { [FIRST]: message("Hi {{ patient.firstName") }, FIRST, /^sms: .*not closed/],
  [
    "an unknown filter",
    { [FIRST]: message("{{ clinic.name | raw }}") },
    FIRST,
    /undefined filter: raw/,
  ],
  ["an unknown tag", { [FIRST]: message("{% include 'x' %}") }, FIRST, /tag "include" not found/],
  [
    "an unknown variable",
    { [FIRST]: message("Hi {{ patient.name }}") },
    FIRST,
    /^sms: unknown variable patient.name/,
  ],
  [
    "an unknown variable in a condition",
    { [FIRST]: message("Hi{% if patient.vip %}!{% endif %}") },
    FIRST,
    /^sms: unknown variable patient.vip\nbody: unknown variable patient.vip$/,
  ],
  [
    "a wait for no step",
    { [FIRST]: message("No sun for {{ waits.third.long }}") },
    FIRST,
    /^sms: unknown variable waits\.third\.long\nbody: unknown variable waits\.third\.long$/,
  ],
  [
    "a wait for a step that permits nothing",
    { [SECOND]: message("Wait {{ waits.first.short }}") },
    SECOND,
    /^sms: unknown variable waits\.first\.short/,
  ],
  [
    "a wait in no form",
    { [FIRST]: message("No sun for {{ waits.second }}") },
    FIRST,
    /^sms: unknown variable waits\.second\n/,
  ],
  ["a whole object", { [FIRST]: message("Hi {{ patient }}") }, FIRST, /unknown variable patient$/],
  [
    "a folder that is no language",
    { "templates/peel/english/first.md": message("Hi") },
    "templates/peel/english",
    /not named after a language/,
  ],
  [
    "a folder that only looks like a language",
    { "templates/peel/es-mex/first.md": message("Hola") },
    "templates/peel/es-mex",
    /not named after a language/,
  ],
  ["a stray file", { "templates/peel/en/first.txt": "Hi" }, "templates/peel/en/first.txt", /\.md$/],
  ["no words for the tiers", { [WORDS]: null }, WORDS, /is missing: there are messages in this/],
  ["words that are not YAML", { [WORDS]: "called: [" }, WORDS, /^is not YAML/],
  ["words that are missing", { [WORDS]: "called: {}" }, WORDS, /^called\.standard: .*neutral: /s],
  [
    "a neutral text that could say more than the page",
    { [WORDS]: privacyWords("your", "Hi {{ patient.firstName }}") },
    WORDS,
    /^neutral\.subject: unknown variable patient.firstName\nneutral\.sms: unknown/,
  ],
  [
    "a neutral text without the page",
    { [WORDS]: privacyWords("your", "News").replace("{{ pageUrl }}", "soon") },
    WORDS,
    /^neutral\.sms: does not show pageUrl$/,
  ],
  [
    "an explicit phrase without the treatment",
    { [WORDS]: privacyWords("your", "News").replace("{{ treatment.name }}", "visit") },
    WORDS,
    /^called\.explicit: does not show treatment.name$/,
  ],
  [
    "words of no language",
    { "templates/privacy/english.yaml": privacyWords("your", "News") },
    "templates/privacy/english.yaml",
    /not named after a language/,
  ],
  [
    "a budget above all",
    { [FIRST]: message("Hi").replace("sms:", "segments: 5\nsms:") },
    FIRST,
    /^segments: must be at most 4/,
  ],
  [
    "a protocol with the name of another folder",
    { "jobs/peel.yaml": null, "jobs/privacy.yaml": protocolText("name: peel", "name: privacy") },
    "jobs/privacy.yaml",
    /"privacy" is the name of another folder/,
  ],
  [
    "names in no language",
    protocolWith("title: Peel\n", "title: Peel\nnames: { english: [peel] }\n"),
    "jobs/peel.yaml",
    /must be a language such as en/,
  ],
  [
    "a retraction of nothing",
    protocolWith("retracts: second", "retracts: first"),
    "jobs/peel.yaml",
    /^step "second-wait", retracts: must name a permission step/,
  ],
  ["no layout", { "templates/layout.mjml": null }, "templates/layout.mjml", /is missing/],
  ["no text layout", { "templates/layout.txt": null }, "templates/layout.txt", /is missing/],
  [
    "a layout that is not MJML",
    { "templates/layout.mjml": "<mjml><mj-body><mj-nothing /></mj-body></mjml>" },
    "templates/layout.mjml",
    /mj-nothing/,
  ],
  [
    "a layout without a way to stop",
    { "templates/layout.txt": "{{ body }}" },
    "templates/layout.txt",
    /does not show unsubscribeUrl/,
  ],
  [
    "a layout with an unknown variable",
    { "templates/layout.txt": "{{ body }}{{ unsubscribeUrl }}{{ clinic.street }}" },
    "templates/layout.txt",
    /unknown variable clinic.street/,
  ],
];
