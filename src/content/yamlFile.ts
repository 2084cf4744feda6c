import { parse } from "yaml";
import type { z } from "zod";

/** Where in a file a problem is, in its author's words; empty for the file as a whole. */
type Describe = (path: readonly PropertyKey[], written: unknown) => string;

const dotted: Describe = (path) => path.map(String).join(".");

/**
 * Reads a text as YAML of a schema, or says what is wrong with each field. `describe` names the place
 * of a problem; by default its path, with dots.
 */
export function parseYaml<Schema extends z.ZodType>(
  source: string,
  schema: Schema,
  describe: Describe = dotted,
): { data: z.infer<Schema> } | { problems: string[] } {
  let written: unknown;
  try {
    written = parse(source);
  } catch (error) {
    return { problems: [yamlProblem(error)] };
  }
  const parsed = schema.safeParse(written);
  if (parsed.success) return { data: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const where = describe(issue.path, written);
    return where === "" ? reason(issue) : `${where}: ${reason(issue)}`;
  });
  return { problems: [...new Set(problems)] };
}

/** The first line of a YAML error: what and at which line and column, without the excerpt. */
export function yamlProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `is not YAML: ${(message.split("\n")[0] ?? "").replace(/:$/, "")}`;
}

/** A reason in words; where a field may take several forms, what each of them asks for. */
export function reason(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues.map(reason).join(", ");
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue.message;
  const reasons = issue.errors.flatMap((form) => form.map(reason));
  return [...new Set(reasons)].join(", or ");
}
