import { z } from "zod";
import { oneLine } from "../domain/text.ts";

/** The address of one thing of a clinic; what is no id is the id of nothing. */
export const idParams = z.object({ clinicId: z.string(), id: z.uuid() });

/** Why something is done. */
export const reason = z.string("is needed").pipe(oneLine(500));

/** What an act came to, as an address tells it to the page that is shown next: codes and counts. */
export const didQuery = z.object({
  did: z
    .string()
    .regex(/^[a-z-]{1,40}$/)
    .optional()
    .catch(undefined),
  n: count(),
  /** Messages that were leaving and could not be stopped. */
  leaving: count(),
  /** Messages that take something back. */
  retracted: count(),
  /** Keys of steps that somebody has to take back in person. */
  untold: z
    .string()
    .regex(/^[a-z0-9.,_-]{0,600}$/i)
    .transform((text) => text.split(",").filter((step) => step !== ""))
    .optional()
    .catch(undefined),
});

export type Did = z.infer<typeof didQuery>;

function count() {
  return z.coerce.number().int().min(0).max(1_000_000).optional().catch(undefined);
}

/** The end of an address that tells what was done. */
export function didPath(
  path: string,
  did: string,
  facts: Partial<Record<string, number | string>>,
) {
  const query = new URLSearchParams({ did });
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined && value !== "" && value !== 0) query.set(name, String(value));
  }
  return `${path}?${query}`;
}
