import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import type { FieldProblem } from "../domain/enrolment.ts";
import { AppError, describeError, type ErrorCode } from "../errors.ts";

/** An answer that says no: RFC 9457, with a stable code and, for validation, the fields. */
export const problemSchema = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof problemSchema>;

/** A refusal thrown by a route: an HTTP status, a stable code, and what to do. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly code: string;
  readonly errors: FieldProblem[] | undefined;

  constructor(status: number, code: string, detail: string, errors?: FieldProblem[]) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The refusal of a body or a query whose fields are wrong. */
export function invalidFields(errors: FieldProblem[]): HttpProblem {
  return new HttpProblem(422, "validation_failed", "some fields are wrong; see errors", errors);
}

/** The refusal for something that is not there, or is another clinic's. */
export function notFound(what: string): HttpProblem {
  return new HttpProblem(404, "not_found", `there is no such ${what}`);
}

const STATUS: Record<ErrorCode, number> = {
  already_ended: 409,
  already_sending: 409,
  bad_config: 500,
  bad_content: 500,
  conflict: 409,
  data_dir_locked: 503,
  idempotency_conflict: 409,
  ledger_unavailable: 503,
  not_found: 404,
  protocol_changed: 500,
  usage: 400,
};

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Invalid",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

/** A status in words. */
export function titleOf(status: number): string {
  return TITLES[status] ?? "Error";
}

/** Answers every failure of the server as a problem, and logs those that are the server's fault. */
export function answerProblems(server: FastifyInstance): void {
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new HttpProblem(404, "not_found", "there is nothing at this address")),
  );
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) logFault(request, error, problem);
    if (problem.status === 503) void reply.header("retry-after", "5");
    return sendProblem(reply, problem);
  });
}

function sendProblem(reply: FastifyReply, problem: HttpProblem) {
  const body: Problem = {
    type: "about:blank",
    title: titleOf(problem.status),
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors && { errors: problem.errors }),
  };
  return reply
    .code(problem.status)
    .type("application/problem+json")
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}

function toProblem(error: FastifyError): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) {
    return new HttpProblem(STATUS[error.code], error.code, error.message);
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    if (error.validationContext === "params") return notFound("thing");
    const issues = error.validation.map((entry) => entry.params.issue as z.core.$ZodIssue);
    return invalidFields(issues.flatMap(fieldProblems));
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new HttpProblem(413, "body_too_large", "the body is over 64 KiB");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new HttpProblem(415, "unsupported_media_type", "send application/json");
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return new HttpProblem(400, "invalid_json", "the body is not JSON");
  }
  if (isOutage(error)) {
    return new HttpProblem(503, "unavailable", "the ledger cannot be reached; try again soon");
  }
  if (error.statusCode === 429) {
    return new HttpProblem(429, "too_many_requests", "too many requests; wait a minute");
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new HttpProblem(error.statusCode, "bad_request", "the request cannot be read");
  }
  return new HttpProblem(error.statusCode ?? 500, "internal", "something failed; it is logged");
}

/** One entry a field: unknown fields are named themselves, not the object that they stand in. */
function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: "is not a known field",
    }));
  }
  return [{ path, message: issue.message }];
}

const OUTAGE = /^(08|57P|53|XX000|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)/;

/** True where the database is out of reach or shutting down (SQLSTATE classes 08, 53, 57P). */
function isOutage(error: FastifyError): boolean {
  return typeof error.code === "string" && OUTAGE.test(error.code);
}

function logFault(request: FastifyRequest, error: unknown, problem: HttpProblem): void {
  const stack = error instanceof Error ? error.stack?.split("\n").slice(1).join("\n") : undefined;
  request.log.error(
    { route: request.routeOptions.url, code: problem.code, error: describeError(error), stack },
    "request failed",
  );
}
