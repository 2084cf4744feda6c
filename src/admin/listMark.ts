import { z } from "zod";
import type { Cursor } from "../ledger/page.ts";

/** Where the next page of a list begins, as its address says it. */
export function markOf({ at, id }: Cursor): string {
  return `${at.toISOString()}_${id}`;
}

/** Reads it for a list whose ids are like this; what is no mark begins the list at its start. */
export function markSchema(id: z.ZodType<string>) {
  const parts = z.tuple([z.iso.datetime(), id]);
  return z
    .string()
    .optional()
    .transform((text): Cursor | null => {
      const read = parts.safeParse(text?.split("_"));
      return read.success ? { at: new Date(read.data[0]), id: read.data[1] } : null;
    });
}
