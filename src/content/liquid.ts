import { Liquid, type Template } from "liquidjs";
import { escapeHtml } from "./html.ts";
import { escapeMarkdown } from "./markdown.ts";

/** What authors may use: without loops and assignments no template can run long or grow large. */
const TAGS: ReadonlySet<string> = new Set(["if", "unless", "case", "comment"]);
const FILTERS: ReadonlySet<string> = new Set(["default", "upcase", "downcase", "capitalize"]);

/** A template that was parsed once and can be rendered many times. */
export type Compiled = readonly Template[];

/** Renders subjects and texts: values go in as they are. */
export const plainLiquid = engine((value) => value);

/** Renders Markdown: a value stays what it is, whatever marks it holds. */
export const markdownLiquid = engine(escapeMarkdown);

/** Renders the email layout: values are escaped for HTML, except where `raw` is asked for. */
export const htmlLiquid = engine(escapeHtml, ["raw"]);

/** Renders the layout of the plain-text part; `raw` has no effect and keeps the layouts alike. */
export const textLiquid = engine((value) => value, ["raw"]);

/**
 * Parses a template and asks of each variable that it names whether there will be one.
 * Returns the template, or what is wrong with it in words for its author; never throws.
 */
export function compile(
  liquid: Liquid,
  source: string,
  isKnown: (name: string) => boolean,
): { template: Compiled } | { problems: string[] } {
  try {
    const template = liquid.parse(source);
    const unknown = liquid.globalFullVariablesSync(template).filter((name) => !isKnown(name));
    if (unknown.length === 0) return { template };
    return { problems: unknown.map((name) => `unknown variable ${name}`) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** For `compile`: there will be these variables, and no others. */
export function oneOf(names: readonly string[]): (name: string) => boolean {
  return (name) => names.includes(name);
}

/** Renders a compiled template. `scope` must hold every variable that `compile` was told of. */
export function render(liquid: Liquid, template: Compiled, scope: object): string {
  return String(liquid.renderSync([...template], scope));
}

function engine(escapeValue: (value: string) => string, moreFilters: string[] = []): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    // Without this, liquidjs would look for included templates in the working directory.
    templates: {},
    parseLimit: 100_000,
    memoryLimit: 1_000_000,
    outputEscape: (value: unknown) => escapeValue(typeof value === "string" ? value : ""),
  });
  for (const name of Object.keys(liquid.tags)) if (!TAGS.has(name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) {
    if (!FILTERS.has(name) && !moreFilters.includes(name)) delete liquid.filters[name];
  }
  return liquid;
}
