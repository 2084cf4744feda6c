import { Marked, type RendererObject, type Tokens } from "marked";
import { escapeHtml } from "./html.ts";

/** Where a link of a message may lead. */
const LINK = /^(https?:\/\/|mailto:|tel:)/i;

/**
 * Makes a value literal in Markdown: every ASCII punctuation mark gets a backslash, which
 * CommonMark (section 2.4) takes away again. It also keeps addresses from becoming links.
 */
export function escapeMarkdown(value: string): string {
  return value.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** Turns Markdown into HTML. HTML in the Markdown is shown, not used; images become their text. */
export function markdownToHtml(markdown: string): string {
  return html.parse(markdown, { async: false }).trim();
}

/** Turns Markdown into text that reads well without marks; a link is followed by its address. */
export function markdownToText(markdown: string): string {
  const rendered = text.parse(markdown, { async: false });
  return rendered.replace(/\n{3,}/g, "\n\n").trim();
}

const html = new Marked({
  // Tables read badly on a phone and not at all as text, so there are none.
  tokenizer: { table: () => undefined },
  renderer: {
    html: ({ text: source }) => escapeHtml(source),
    image: ({ text: alt }) => escapeHtml(alt),
    link(token) {
      const label = this.parser.parseInline(token.tokens);
      return LINK.test(token.href) ? `<a href="${escapeHtml(token.href)}">${label}</a>` : label;
    },
  },
});

const asText: RendererObject = {
  space: () => "",
  heading(token) {
    return `${this.parser.parseInline(token.tokens)}\n\n`;
  },
  paragraph(token) {
    return `${this.parser.parseInline(token.tokens)}\n\n`;
  },
  blockquote(token) {
    return this.parser.parse(token.tokens);
  },
  hr: () => "----\n\n",
  list(token) {
    const lines = token.items.map((item, index) => {
      const mark = token.ordered ? `${Number(token.start) + index}. ` : "- ";
      const lines = this.parser
        .parse(item.tokens)
        .trim()
        .replace(/\n{2,}/g, "\n");
      return mark + lines.replaceAll("\n", `\n${" ".repeat(mark.length)}`);
    });
    return `${lines.join("\n")}\n\n`;
  },
  code: (token) => `${token.text}\n\n`,
  codespan: (token) => token.text,
  strong(token) {
    return this.parser.parseInline(token.tokens);
  },
  em(token) {
    return this.parser.parseInline(token.tokens);
  },
  del(token) {
    return this.parser.parseInline(token.tokens);
  },
  br: () => "\n",
  link(token) {
    const label = this.parser.parseInline(token.tokens);
    return !LINK.test(token.href) || label === token.href ? label : `${label} (${token.href})`;
  },
  image: (token) => token.text,
  html: (token) => token.text,
  // Where an author broke a line only to keep the file narrow, the reader's own program breaks it.
  text(token: Tokens.Text | Tokens.Escape) {
    if ("tokens" in token && token.tokens) return this.parser.parseInline(token.tokens);
    return token.text.replace(/\s*\n\s*/g, " ");
  },
};

const text = new Marked({
  tokenizer: { table: () => undefined },
  renderer: asText,
});
