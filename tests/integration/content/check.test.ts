import { describe, expect, it } from "vitest";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import { AppError } from "../../../src/errors.ts";
import { contentRoot, message, pageWith, protocolWith } from "./fixture.ts";

const FIRST = "templates/peel/en/first.md";
const PAGE = "templates/page/en.yaml";
const SECOND = "templates/peel/en/second.md";

type Case = [what: string, changes: Record<string, string | null>, file: string, message: RegExp];

/** Faults that would keep a message from being sent: `loadContent` refuses them, too. */
const REFUSED: Case[] = [
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
  ["a whole object", { [FIRST]: message("Hi {{ patient }}") }, FIRST, /unknown variable patient$/],
  [
    "a folder that is no language",
    { "templates/peel/english/first.md": message("Hi") },
    "templates/peel/english",
    /not named after a language/,
  ],
  ["a stray file", { "templates/peel/en/first.txt": "Hi" }, "templates/peel/en/first.txt", /\.md$/],
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

/** Faults that would reach a patient: only `check` finds them. */
const FOUND: Case[] = [
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
    "an SMS without the clinic's name",
    { [FIRST]: "---\nsubject: x\nsms: Hello\n---\nHello" },
    FIRST,
    /^sms: does not say the clinic's name/,
  ],
  [
    "a long English SMS",
    { [FIRST]: message("x".repeat(280)) },
    FIRST,
    /^sms: takes 3 segments of GSM-7 \(312 characters\)/,
  ],
  [
    "an English SMS with a costly character",
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

describe("check", () => {
  it("finds nothing wrong with what ships", async () => {
    const { problems, messages } = await checkContent();
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(2 * 14);
    const dear = messages.filter(({ locale, encoding, segments }) =>
      locale === "en"
        ? encoding !== "GSM-7" || segments > 2
        : segments > (encoding === "GSM-7" ? 2 : 3),
    );
    expect(dear).toEqual([]);
  });

  it("reports the size of each SMS, with long names and however the file ends its lines", async () => {
    const text = message("Hi {{ patient.firstName }}").replaceAll("\n", "\r\n");
    const root = await contentRoot({ [FIRST]: `\uFEFF${text}` });
    const { problems, messages } = await checkContent(root);
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(4);
    expect(messages[0]).toEqual({
      protocol: "peel",
      step: "first",
      locale: "en",
      encoding: "GSM-7",
      segments: 1,
      characters: 30 + ": Hi ".length + 20,
    });
  });

  it.each(REFUSED)("and load refuse %s", async (_, changes, file, expected) => {
    const root = await contentRoot(changes);
    const { problems } = await checkContent(root);
    const found = problems.filter((problem) => problem.file === file);
    expect(found.map((problem) => problem.message).join("\n")).toMatch(expected);
    const failure: unknown = await loadContent(root).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: "bad_content" });
    expect(String(failure)).toContain(`${file}: `);
  });

  it.each(FOUND)("finds %s, and nothing else", async (_, changes, file, expected) => {
    const root = await contentRoot(changes);
    const { problems } = await checkContent(root);
    expect(problems).toEqual([{ file, message: expect.stringMatching(expected) as string }]);
    await expect(loadContent(root)).resolves.toBeDefined();
  });

  it("names every problem at once", async () => {
    const root = await contentRoot({
      ...protocolWith("version: 1", "version: 0"),
      [FIRST]: "Hello",
      [SECOND]: message("{{ nobody }}"),
    });
    await expect(loadContent(root)).rejects.toThrowError(
      /jobs\/peel\.yaml: version.*en\/first\.md: .*en\/second\.md: /,
    );
  });
});
