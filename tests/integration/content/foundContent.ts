import { message, privacyWords, protocolWith, SOUND } from "./fixture.ts";
import { type Case, FIRST, FIRST_ES, WORDS } from "./refusedContent.ts";

/** Faults that would reach a patient: only `check` finds them. */
export const FOUND: Case[] = [
  [
    "messages in a language that the page does not speak",
    { "templates/page/es.yaml": null },
    "templates/page/es.yaml",
    /is missing: there are messages in this language/,
  ],
  [
    "a step stale overnight",
    protocolWith("expires: 3d", "expires: 15h"),
    "jobs/peel.yaml",
    /^step "second", expires: 15h could pass .* overnight/,
  ],
  [
    "a step missing in one language",
    { "templates/peel/es/second.md": null },
    "templates/peel/es/second.md",
    /is missing: other steps have a message in this language/,
  ],
  [
    "a permission that cannot be taken back",
    {
      "jobs/peel.yaml": (SOUND["jobs/peel.yaml"] ?? "").split("  - key: second-wait")[0] ?? "",
      "templates/peel/en/second-wait.md": null,
      "templates/peel/es/second-wait.md": null,
    },
    "jobs/peel.yaml",
    /^step "second" has no retraction; add a step with kind: retraction, retracts: second, after: 0h/,
  ],
  [
    "a permission that can be taken back in part",
    {
      "jobs/peel.yaml": (SOUND["jobs/peel.yaml"] ?? "").replace(
        "topics: [sun]\n    after: 7d",
        "topics: [sun, sauna]\n    after: 7d",
      ),
    },
    "jobs/peel.yaml",
    /^step "second": its retraction does not have the topic "sauna"/,
  ],
  [
    "a retraction without an end",
    { "templates/peel/en/second-wait.md": message("Please wait with the sun.") },
    "templates/peel/en/second-wait.md",
    /^sms: does not say until when to wait/,
  ],
  [
    "an end in a message that has none",
    { [FIRST]: message("No sun until {{ wait.until }}") },
    FIRST,
    /^sms: \{\{ wait.until \}\} has a value in messages of retractions only/,
  ],
  [
    "an email that links to what is not safe",
    { [FIRST]: `${message("Hi")}[See](http://care.example.com/help)\n` },
    FIRST,
    /^body: a link does not begin with https:/,
  ],
  [
    "a message of no step",
    { "templates/peel/en/third.md": message("Hi") },
    "templates/peel/en/third.md",
    /"peel" has no step "third"/,
  ],
  [
    "a message of no protocol",
    { "templates/mask/en/first.md": message("Hi") },
    "templates/mask/en/first.md",
    /no protocol "mask"/,
  ],
  [
    "a message of no protocol that names a wait, which nobody can know",
    { "templates/mask/en/first.md": message("Wait {{ waits.mask-ok.long }}") },
    "templates/mask/en/first.md",
    /no protocol "mask"/,
  ],
  [
    "an SMS that a longer wait makes dearer",
    { [FIRST]: message(`${"x".repeat(265)} {{ waits.second.long }}`) },
    FIRST,
    /^sms: takes 3 segments of GSM-7 \(307 characters\)/,
  ],
  [
    "a wait that is costly in another language",
    { [FIRST_ES]: message(`${"x".repeat(110)} {{ waits.second.long }}`) },
    FIRST_ES,
    /^sms: takes 3 segments of UCS-2 \(150 characters\)/,
  ],
  [
    "an SMS without the clinic's name",
    { [FIRST]: "---\nsubject: x\nsms: Hello\n---\nHello" },
    FIRST,
    /^sms: does not say the clinic's name/,
  ],
  [
    "a long SMS",
    { [FIRST]: message("x".repeat(280)) },
    FIRST,
    /^sms: takes 3 segments of GSM-7 \(312 characters\) with long names, and may take 2: /,
  ],
  [
    "a long SMS in another language",
    { [FIRST_ES]: message(`á${"x".repeat(110)}`) },
    FIRST_ES,
    /^sms: takes 3 segments of UCS-2 \(143 characters\)/,
  ],
  [
    "an SMS above a budget of its own",
    { [FIRST]: message("x".repeat(440)).replace("sms:", "segments: 3\nsms:") },
    FIRST,
    /^sms: takes 4 segments .* may take 3/,
  ],
  [
    "an SMS that only an explicit clinic pays more for",
    {
      ...protocolWith("title: Peel\n", `title: Peel\nnames: { en: [${"long ".repeat(9)}peel] }\n`),
      [FIRST]: message(`${"x".repeat(240)} {{ treatment.called }}`),
    },
    FIRST,
    /^sms: takes 3 segments/,
  ],
  [
    "a neutral text that is too long",
    { [WORDS]: privacyWords("your", "x".repeat(260)) },
    WORDS,
    /^neutral\.sms: takes 3 segments .* may take 2/,
  ],
  [
    "an SMS with a costly character",
    { [FIRST]: message(`Don’t ${"x".repeat(120)}`) },
    FIRST,
    /^sms: takes 3 segments of UCS-2/,
  ],
  [
    "a subject that can come out empty",
    {
      [FIRST]:
        '---\nsubject: "{% if clinic.phone %}Hi{% endif %}"\nsms: "{{ clinic.name }}"\n---\nHi',
    },
    FIRST,
    /^subject: comes out empty/,
  ],
  [
    "an email that can come out empty",
    { [FIRST]: `${message("").trim()}\n{% if clinic.phone %}Hi{% endif %}` },
    FIRST,
    /^body: comes out empty/,
  ],
];
