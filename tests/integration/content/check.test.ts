import { describe, expect, it } from "vitest";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import { AppError } from "../../../src/errors.ts";
import { FOUND_ANSWERS, REFUSED_ANSWERS } from "./answersContent.ts";
import { contentRoot, message, protocolWith } from "./fixture.ts";
import { FOUND } from "./foundContent.ts";
import { REFUSED_PAGES } from "./pageContent.ts";
import { FIRST, REFUSED, SECOND } from "./refusedContent.ts";

describe("check", () => {
  it("finds nothing wrong with what ships", async () => {
    const { problems, messages } = await checkContent();
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(2 * (14 + 4));
    // The first text has the page's address in it, too.
    const dear = messages.filter(({ locale, step, encoding, segments }) =>
      locale === "en"
        ? encoding !== "GSM-7" || segments > (step === "essentials" ? 3 : 2)
        : segments > (encoding === "GSM-7" && step !== "essentials" ? 2 : 3),
    );
    expect(dear).toEqual([]);
  });

  it("reports the size of each SMS, with long names and however the file ends its lines", async () => {
    const text = message("Hi {{ patient.firstName }}").replaceAll("\n", "\r\n");
    const root = await contentRoot({ [FIRST]: `\uFEFF${text}` });
    const { problems, messages } = await checkContent(root);
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(6);
    expect(messages[0]).toEqual({
      protocol: "peel",
      step: "first",
      locale: "en",
      encoding: "GSM-7",
      segments: 1,
      characters: 30 + ": Hi ".length + 20,
    });
  });

  it.each([...REFUSED, ...REFUSED_ANSWERS, ...REFUSED_PAGES])(
    "and load refuse %s",
    async (_, changes, file, expected) => {
      const root = await contentRoot(changes);
      const { problems } = await checkContent(root);
      const found = problems.filter((problem) => problem.file === file);
      expect(found.map((problem) => problem.message).join("\n")).toMatch(expected);
      const failure: unknown = await loadContent(root).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ code: "bad_content" });
      expect(String(failure)).toContain(`${file}: `);
    },
  );

  it.each([...FOUND, ...FOUND_ANSWERS])(
    "finds %s, and nothing else",
    async (_, changes, file, expected) => {
      const root = await contentRoot(changes);
      const { problems } = await checkContent(root);
      expect(problems).toEqual([{ file, message: expect.stringMatching(expected) as string }]);
      await expect(loadContent(root)).resolves.toBeDefined();
    },
  );

  it("tells of marketing, whose emails need the clinic's postal address, and lets it be", async () => {
    const root = await contentRoot({
      ...protocolWith("kind: caution", "kind: rebook"),
      [FIRST]: message("Hi"),
    });
    const { problems, notes } = await checkContent(root);
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('step "first" is marketing')]);
    expect((await checkContent(await contentRoot())).notes).toEqual([]);
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
