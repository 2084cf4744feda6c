import type { z } from "zod";

/** What was wrong with a form, by the names of its fields. */
export type FormProblems = Readonly<Record<string, string>>;

/** A form that was read, or what is wrong with it. */
export type ReadForm<T> = { value: T } | { problems: FormProblems };

/** The values of a form as they were sent, to be shown again; a field that came twice has its last. */
export type FormValues = Readonly<Record<string, string>>;

/**
 * Reads a form. A field that was left empty counts as not given, and the first problem of each field
 * is the one that is shown.
 */
export function readForm<T>(schema: z.ZodType<T>, body: unknown): ReadForm<T> {
  const given = Object.fromEntries(
    Object.entries((body ?? {}) as Record<string, unknown>).filter(([, value]) => value !== ""),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return { value: parsed.data };
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = path.join(".");
    problems[field] ??= message;
  }
  return { problems };
}

/** What was typed into a form, for the form that is shown again. */
export function valuesOf(body: unknown): FormValues {
  return Object.fromEntries(
    Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return typeof last === "string" ? [[name, last]] : [];
    }),
  );
}
