import { describe, expect, it } from "vitest";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import { contentRoot, message, privacyWords, protocolWith } from "./fixture.ts";
import { FIRST, WORDS } from "./refusedContent.ts";

const NAMED = [
  "After your peel, no sun.",
  "After your PEEL: no sun.",
  "After your Péel.",
  "After p-e-e-l.",
  "After your chemical peel.",
  "After your chemical-peel.",
  "After your ChemicalPeel.",
  "After your chemical\u00a0peel.",
  "Tras su exfoliacion quimica.",
  "Tras su exfoliación-química.",
];

describe("a standard text", () => {
  const changes = protocolWith(
    "title: Peel\n",
    "title: Peel\nnames: { en: [chemical peel], es: [exfoliación química] }\n",
  );

  it.each(NAMED)("does not name the treatment, however it is spelled: %s", async (text) => {
    const root = await contentRoot({ ...changes, [FIRST]: message(text) });
    const { problems } = await checkContent(root);
    expect(problems).toEqual([
      { file: FIRST, message: expect.stringMatching(/^sms: names the treatment \("/) as string },
    ]);
    await expect(loadContent(root)).resolves.toBeDefined();
  });

  it.each([
    "Your skin may be peeling.",
    "No chemicals, no peels.",
    "Peel",
    "After {{ clinic.name }}",
  ])("is right where a word only looks like it, or is in the email alone: %s", async (text) => {
    const named = text === "Peel" ? { [FIRST]: `${message("No sun.")}After your peel.\n` } : {};
    const root = await contentRoot({ ...changes, [FIRST]: message(text), ...named });
    expect((await checkContent(root)).problems).toEqual([]);
  });

  it("may call it what the clinic calls it", async () => {
    const text = "After {{ treatment.called }}, no sun.";
    const root = await contentRoot({ ...changes, [FIRST]: message(text) });
    expect((await checkContent(root)).problems).toEqual([]);
  });

  it.each([
    ["subject", "After your peel"],
    ["subject", "{{ treatment.title }}"],
  ])("stands under a %s that does not name it either: %s", async (part, subject) => {
    const text = message("No sun.").replace("A subject", `"${subject}"`);
    const root = await contentRoot({ ...changes, [FIRST]: text });
    const expected = expect.stringMatching(`^${part}: names the treatment`) as string;
    expect((await checkContent(root)).problems).toEqual([{ file: FIRST, message: expected }]);
  });

  it("is no more open where the clinic is neutral", async () => {
    const root = await contentRoot({ ...changes, [WORDS]: privacyWords("your", "Your peel") });
    expect((await checkContent(root)).problems).toEqual([
      {
        file: WORDS,
        message: expect.stringMatching(/^neutral\.sms: names the treatment/) as string,
      },
      {
        file: WORDS,
        message: expect.stringMatching(/^neutral\.subject: names the treatment/) as string,
      },
    ]);
  });
});

const TOUCHES = /^sms: a link touches other text/;

describe("a link in a text", () => {
  it.each([
    ["See {{ pageUrl }}.", TOUCHES],
    ["See {{ pageUrl }}, please", TOUCHES],
    ["See ({{ pageUrl }}) please", TOUCHES],
    ["See:{{ pageUrl }}", TOUCHES],
    ["See {{ pageUrl }}.ics", TOUCHES],
    ["See https://care.example.com/help.", TOUCHES],
    ["See {{ pageUrl | upcase }}", /^sms: a link is not whole/],
    ["See {{ pageUrl | downcase }}", /^sms: a link is not whole/],
    ["See http://care.example.com/help", /^sms: a link does not begin with https:/],
    ["See www.example.com", /^sms: a link does not begin with https:/],
  ])("could be cut, or is not safe: %s", async (text, expected) => {
    const file = `---\nsubject: x\nsms: "{{ clinic.name }}: ${text}"\n---\nHello\n`;
    const { problems } = await checkContent(await contentRoot({ [FIRST]: file }));
    expect(problems).toEqual([{ file: FIRST, message: expect.stringMatching(expected) as string }]);
  });

  it.each(["See {{ pageUrl }} Thanks", "{{ pageUrl }}", "See https://care.example.com/help now"])(
    "stands alone: %s",
    async (text) => {
      const file = `---\nsubject: x\nsms: "{{ clinic.name }} ${text}"\n---\nHello\n`;
      expect((await checkContent(await contentRoot({ [FIRST]: file }))).problems).toEqual([]);
    },
  );
});
