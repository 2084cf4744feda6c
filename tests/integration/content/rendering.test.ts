import { describe, expect, it } from "vitest";
import type { MessageVariables } from "../../../src/domain/message.ts";
import type { AppError } from "../../../src/errors.ts";
import { ANA, email, shipped, sms } from "./messages.ts";

const STANDARD = { privacy: "standard" } as const;

function named(firstName: string): MessageVariables {
  return { ...ANA, patient: { firstName } };
}

describe("an email", () => {
  it("has the message in both parts, with the clinic, its phone and the way to stop", () => {
    const { subject, html, text } = email("essentials", "en");
    expect(subject).toBe("Your aftercare: what to do and what to avoid");
    expect(html).toContain("<li><strong>Lie low</strong> for 24 to 48 hours.</li>");
    expect(text).toContain("- Touch your face only with freshly washed hands. That helps");
    for (const part of [html, text]) {
      expect(part).toContain("Hello Ana,");
      expect(part).toContain("Rose Clinic");
      expect(part).toContain("+1 212 555 0100");
      expect(part).toContain("https://care.example.com/u/abc_def-1");
      expect(part).not.toMatch(/\{\{|\{%|undefined|null|\[object/);
    }
    expect(html).toContain('href="https://care.example.com/u/abc_def-1"');
    expect(text).not.toMatch(/[*#\\<>]/);
  });

  it("loads nothing from elsewhere", () => {
    const { html } = email("essentials", "en");
    expect(html).not.toMatch(/<img|<script|<link|@import|url\(|@font-face/i);
  });

  it("says in its own language how to stop", () => {
    expect(email("essentials", "es").html).toContain("No quiero recibir más correos como este");
    expect(email("essentials", "es").text).toContain("No quiero recibir más correos como este:");
    expect(email("essentials", "es").html).toContain('lang="es"');
    expect(email("essentials", "en").html).toContain("Stop these emails");
  });

  it("goes without the phone of a clinic that gave none", () => {
    const variables = { ...ANA, clinic: { ...ANA.clinic, phone: null } };
    const { html, text } = email("essentials", "en", variables);
    expect(text).toContain("----\nRose Clinic\n1 Main St, Albany, NY 12207\nStop these emails");
    expect(html).not.toContain("&middot;");
  });

  it("names the clinic safely, and leaves addresses whole", () => {
    const variables = {
      ...ANA,
      clinic: { name: 'Glow & "Co" <b>', phone: null, postalAddress: null },
      unsubscribeUrl: "https://care.example.com/u?a=1&b=(2)_3",
    };
    const { html, text } = email("essentials", "en", variables);
    expect(html).toContain("Glow &amp; &quot;Co&quot; &lt;b&gt;");
    expect(html).toContain('href="https://care.example.com/u?a=1&amp;b=(2)_3"');
    expect(text).toContain('Glow & "Co" <b>');
    expect(text).toContain("https://care.example.com/u?a=1&b=(2)_3");
  });
});

describe("a first name that looks like something else", () => {
  it.each([
    ["<b>", "&lt;b&gt;"],
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    ["[x](http://evil)", "[x](http://evil)"],
    ["![x](http://evil)", "![x](http://evil)"],
    ["*a*", "*a*"],
    ["__a__", "__a__"],
    ["`a`", "`a`"],
    ["~~a~~", "~~a~~"],
    ["# a", "# a"],
    ["1. a", "1. a"],
    ["- a", "- a"],
    ["> a", "&gt; a"],
    ["http://evil.example", "http://evil.example"],
    ["www.evil.example", "www.evil.example"],
    ["a@evil.example", "a@evil.example"],
    ["<http://evil.example>", "&lt;http://evil.example&gt;"],
    ["&lt;", "&amp;lt;"],
    ["a\\", "a\\"],
    ["{{ clinic.name }}", "{{ clinic.name }}"],
    ["{% if %}", "{% if %}"],
    ["$& $1 $`", "$&amp; $1 $`"],
    ["O'Neil", "O&#39;Neil"],
    ["José María", "José María"],
  ])("is shown as it is: %s", (name, escaped) => {
    const { html, text } = email("essentials", "en", named(name));
    expect(html).toContain(`<p>Hello ${escaped},</p>`);
    expect(text).toContain(`\nHello ${name},\n`);
    expect(sms("essentials", "en", named(name))).toContain(`: Hi ${name}. After`);
  });

  it.each([
    ["a line feed", "Ana\nBcc: x@example.com"],
    ["a carriage return", "Ana\r\nBcc: x@example.com"],
    ["two line feeds", "Ana\n\nBcc: x@example.com"],
    ["a null and a tab", "Ana\u0000\tBcc: x@example.com"],
    ["a line separator", "Ana\u2028Bcc: x@example.com"],
    ["a text turned round", "Ana\u202EBcc: x@example.com"],
    ["half a surrogate pair", "Ana\uD83DBcc: x@example.com"],
    ["outer spaces", "  Ana  Bcc: x@example.com "],
  ])("stays on its line: %s", (_, name) => {
    const { subject, text } = email("essentials", "en", named(name));
    expect(text).toContain("\nHello Ana Bcc: x@example.com,\n");
    expect(subject).not.toMatch(/[\r\n]/);
    expect(sms("essentials", "en", named(name))).toContain("Hi Ana Bcc: x@example.com. After");
  });

  it("is put into composed form, so that accents do not double the price of an SMS", () => {
    expect(sms("essentials", "en", named("Rene\u0301"))).toContain("Hi Ren\u00e9.");
  });
});

describe("the language of a message", () => {
  const english = sms("gym-ok", "en");
  const spanish = sms("gym-ok", "es");

  it.each([
    ["es", "en", "es"],
    ["es-MX", "en", "es"],
    ["ES-mx", "en", "es"],
    ["es-Latn-MX", "en", "es"],
    ["en-GB", "es", "en"],
    ["fr", "es", "es"],
    ["fr-CA", "es-US", "es"],
    ["fr", "de", "en"],
  ])("for a patient of %s at a clinic of %s is %s", (locale, clinicLocale, expected) => {
    const request = {
      protocol: "microneedling",
      step: "gym-ok",
      locale,
      clinicLocale,
      ...STANDARD,
    };
    const rendered = shipped.renderSms({ ...request, variables: ANA });
    expect(rendered).toEqual({ channel: "sms", text: expected === "es" ? spanish : english });
    const mail = shipped.renderEmail({ ...request, variables: ANA });
    expect(mail.subject).toBe(email("gym-ok", expected).subject);
    expect(mail.channel).toBe("email");
  });

  it("is known by protocol", () => {
    expect(shipped.locales("microneedling")).toEqual(["en", "es"]);
    expect(shipped.locales("none")).toEqual([]);
  });
});

it.each([
  ["microneedling", "no-such-step"],
  ["no-such-protocol", "essentials"],
])("a message that is not there any more is refused: %s %s", (protocol, step) => {
  const request = { protocol, step, locale: "en", clinicLocale: "en", ...STANDARD, variables: ANA };
  const refusal = expect.objectContaining({ code: "protocol_changed" }) as AppError;
  expect(() => shipped.renderSms(request)).toThrowError(refusal);
  expect(() => shipped.renderEmail(request)).toThrowError(refusal);
});
