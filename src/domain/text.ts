import { z } from "zod";

/**
 * A text that people typed: one line of 1 to `max` characters, trimmed, without control characters
 * and without halves of characters (lone surrogates), neither of which PostgreSQL stores.
 */
export function oneLine(max: number) {
  return z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, "must be one line without control characters");
}
