import { describe, expect, it } from "vitest";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import { smsSegments } from "../../../src/content/segments.ts";
import { contentRoot } from "./fixture.ts";
import { ANA } from "./messages.ts";

/** Renders an email whose body is `body`, within a layout that adds only the address to stop. */
async function emailOf(body: string, variables = ANA) {
  const file = `---\nsubject: S\nsms: "{{ clinic.name }}"\n---\n\n${body}\n`;
  const content = await loadContent(await contentRoot({ "templates/peel/en/first.md": file }));
  const request = { protocol: "peel", step: "first", locale: "en", clinicLocale: "en" };
  return content.renderEmail({ ...request, privacy: "standard", variables });
}

describe("Markdown in an email", () => {
  it("becomes readable text, with the address of each link", async () => {
    const { text } = await emailOf(
      [
        "# Title",
        "One **bold** and\n*slanted* line  \nand `another`.",
        "- first\n- second with\n  more\n\n  and a paragraph",
        "3. third\n4. fourth",
        "> quoted",
        "---",
        "[Our page](https://example.com/a_b) or <https://example.com/c> or [call](tel:+1212)",
      ].join("\n\n"),
    );
    expect(text).toBe(
      [
        "Title",
        "One bold and slanted line\nand another.",
        "- first\n- second with more\n  and a paragraph",
        "3. third\n4. fourth",
        "quoted",
        "----",
        "Our page (https://example.com/a_b) or https://example.com/c or call (tel:+1212)",
      ].join("\n\n") + `\n${ANA.unsubscribeUrl}\n`,
    );
  });

  it("has no HTML, images, tables or scripts", async () => {
    const body =
      "<b>x</b> ![alt](https://evil.example/p.png) [go](javascript:alert)\n\n|a|b|\n|-|-|\n|c|d|";
    const { html, text } = await emailOf(body);
    expect(html).toContain("&lt;b&gt;x&lt;/b&gt; alt go");
    expect(html).not.toMatch(/<img|javascript:|evil\.example|<th/);
    expect(text).toContain("<b>x</b> alt go");
  });

  it("keeps a value literal wherever the author puts it", async () => {
    const variables = { ...ANA, patient: { firstName: '"><i>*x*' } };
    const body =
      '{{ patient.firstName }}\n\n**{{ patient.firstName }}**\n\n<p title="{{ patient.firstName }}">';
    const { html } = await emailOf(body, variables);
    const shown = "&quot;&gt;&lt;i&gt;*x*";
    expect(html).toContain(`<p>${shown}</p>`);
    expect(html).toContain(`<strong>${shown}</strong>`);
    expect(html).not.toMatch(/<i>|<em>|<p title/);
  });

  it("can depend on what the clinic gave, and change the case of a value", async () => {
    const body =
      '{% if clinic.phone %}Phone {{ clinic.phone }}{% else %}No phone{% endif %}, {{ patient.firstName | upcase }}, {{ clinic.phone | default: "none" }}';
    expect((await emailOf(body)).text).toContain("Phone +1 212 555 0100, ANA, +1 212 555 0100");
    const phoneless = { ...ANA, clinic: { ...ANA.clinic, phone: null } };
    expect((await emailOf(body, phoneless)).text).toContain("No phone, ANA, none");
  });

  it("can link to a variable", async () => {
    const { html, text } = await emailOf("[Stop]({{ unsubscribeUrl }}) now");
    expect(html).toContain(`<a href="${ANA.unsubscribeUrl}">Stop</a> now`);
    expect(text).toContain(`Stop (${ANA.unsubscribeUrl}) now`);
  });
});

describe("the size of an SMS", () => {
  it.each([
    ["empty", "", "GSM-7", 0, 0],
    ["160 of GSM-7", "a".repeat(160), "GSM-7", 1, 160],
    ["161 of GSM-7", "a".repeat(161), "GSM-7", 2, 161],
    ["306 of GSM-7", "a".repeat(306), "GSM-7", 2, 306],
    ["307 of GSM-7", "a".repeat(307), "GSM-7", 3, 307],
    ["a euro sign, which takes two", `${"a".repeat(159)}€`, "GSM-7", 2, 161],
    ["Spanish letters of GSM-7", "ñéü¿¡à", "GSM-7", 1, 6],
    ["70 of UCS-2", `á${"a".repeat(69)}`, "UCS-2", 1, 70],
    ["71 of UCS-2", `á${"a".repeat(70)}`, "UCS-2", 2, 71],
    ["134 of UCS-2", `í${"a".repeat(133)}`, "UCS-2", 2, 134],
    ["135 of UCS-2", `ó${"a".repeat(134)}`, "UCS-2", 3, 135],
    ["an emoji, which takes two", "🙂", "UCS-2", 1, 2],
    ["a typographic quote", "don’t", "UCS-2", 1, 5],
  ])("of %s", (_, text, encoding, segments, characters) => {
    const size = smsSegments(text);
    expect({ ...size, segments: text === "" ? 0 : size.segments }).toEqual({
      encoding,
      segments,
      characters,
    });
  });

  it("is that of the longer form where a message depends on the clinic's phone", async () => {
    const text = "{% unless clinic.phone %}We have no phone.{% endunless %}";
    const file = `---\nsubject: S\nsms: "{{ clinic.name }} ${text}"\n---\n\nHello\n`;
    const root = await contentRoot({ "templates/peel/en/first.md": file });
    const { messages } = await checkContent(root);
    expect(messages[0]?.characters).toBe(30 + " We have no phone.".length);
  });
});
