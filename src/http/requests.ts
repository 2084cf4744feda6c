import { z } from "zod";
import { oneLine } from "../domain/text.ts";
import { problemSchema, titleOf } from "./problem.ts";
import { cursorSchema } from "./views.ts";

/** The address of one thing. An id that is no uuid is the id of nothing: 404, not a wrong field. */
export const idParams = z.object({ id: z.uuid() });

/** An instant as people write it, with its offset. */
export const instant = z.iso
  .datetime({ offset: true, error: "must be a time with its offset or Z" })
  .transform((text) => new Date(text));

/** Which page of a list, and how long. */
export const pageQuery = z.strictObject({
  cursor: cursorSchema.optional(),
  limit: z.coerce.number("must be a whole number from 1 to 200").int().min(1).max(200).default(50),
});

/** Why something is taken back; kept in the history. */
export const reasonBody = z.strictObject({
  reason: oneLine(500),
});

/** What a route's refusals look like in its documentation. */
interface ProblemResponse {
  description: string;
  content: { "application/problem+json": { schema: typeof problemSchema } };
}

/** The refusals of a route for its documentation; 401 and 403 can come from each. */
export function errorsOf(...statuses: number[]): Record<number, ProblemResponse> {
  const response = (status: number): ProblemResponse => ({
    description: titleOf(status),
    content: { "application/problem+json": { schema: problemSchema } },
  });
  return Object.fromEntries([401, 403, ...statuses].map((status) => [status, response(status)]));
}
