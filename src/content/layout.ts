import mjml2html from "mjml";
import { type Compiled, compile, htmlLiquid, oneOf, render, textLiquid } from "./liquid.ts";
import { TEMPLATE_FOLDER } from "./messageFile.ts";
import type { Problem } from "./problem.ts";
import { readText } from "./sourceFile.ts";
import { VARIABLE_NAMES } from "./variables.ts";

/** What stands around the message in each part of an email. */
export interface Layout {
  html(scope: LayoutScope): string;
  text(scope: LayoutScope): string;
}

/** What a layout may speak of. `body` is finished HTML or finished text, the rest are values. */
export interface LayoutScope {
  subject: string;
  /** The language of the message without its region: `es` for a message in `es-MX`. */
  language: string;
  body: string;
  clinic: { name: string; phone: string | null; postalAddress: string | null };
  unsubscribeUrl: string;
}

const LAYOUT_NAMES = [
  "subject",
  "language",
  "body",
  ...VARIABLE_NAMES.filter((name) => name.startsWith("clinic.") || name === "unsubscribeUrl"),
];

const HTML_FILE = `${TEMPLATE_FOLDER}/layout.mjml`;
const TEXT_FILE = `${TEMPLATE_FOLDER}/layout.txt`;

/**
 * Reads and compiles `templates/layout.mjml` and `templates/layout.txt`. MJML is turned into HTML
 * here, once, with its Liquid still in it: what is left for each message is to fill that in.
 */
export async function readLayout(
  root: string,
): Promise<{ layout: Layout } | { problems: Problem[] }> {
  const html = await compileMjml(await readText(root, HTML_FILE));
  const text = compileLayout(textLiquid, await readText(root, TEXT_FILE));
  if ("template" in html && "template" in text) {
    return {
      layout: {
        html: (scope) => render(htmlLiquid, html.template, scope),
        text: (scope) => render(textLiquid, text.template, scope),
      },
    };
  }
  return {
    problems: [
      ...("problems" in html ? html.problems.map(inFile(HTML_FILE)) : []),
      ...("problems" in text ? text.problems.map(inFile(TEXT_FILE)) : []),
    ],
  };
}

async function compileMjml(
  source: string | null,
): Promise<{ template: Compiled } | { problems: string[] }> {
  if (source === null) return compileLayout(htmlLiquid, null);
  try {
    const { html } = await mjml2html(source, {
      validationLevel: "strict",
      fonts: {},
      ignoreIncludes: true,
    });
    return compileLayout(htmlLiquid, html);
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function compileLayout(
  liquid: typeof htmlLiquid,
  source: string | null,
): { template: Compiled } | { problems: string[] } {
  if (source === null) return { problems: ["is missing"] };
  const compiled = compile(liquid, source, oneOf(LAYOUT_NAMES));
  if ("problems" in compiled) return compiled;
  const named = liquid.globalFullVariablesSync([...compiled.template]);
  const forgotten = ["body", "unsubscribeUrl"].filter((name) => !named.includes(name));
  if (forgotten.length === 0) return compiled;
  return { problems: forgotten.map((name) => `does not show ${name}`) };
}

function inFile(file: string): (message: string) => Problem {
  return (message) => ({ file, message });
}
