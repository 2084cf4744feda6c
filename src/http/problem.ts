import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type {
  ConnectionError,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import type { FieldProblem } from "../domain/enrolment.ts";
import { AppError, describeError, type ErrorCode } from "../errors.ts";
import { isOutage } from "../ledger/outage.ts";

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
  bad_config: 500,
  bad_content: 500,
  data_dir_locked: 503,
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
  408: "Too slow",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Invalid",
  429: "Too many requests",
  431: "Headers too large",
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
    return sendProblem(reply, problem);
  });
}

/** Answers what the router itself refuses: an address that cannot be read. */
export function answerBadAddress(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  // A part of the address that is longer than any id or token is the address of nothing.
  const problem =
    error.code === "FST_ERR_BAD_URL"
      ? new HttpProblem(400, "bad_address", "the address is not encoded as it must be")
      : new HttpProblem(404, "not_found", "there is nothing at this address");
  void sendProblem(reply, problem);
}

/** Answers what cannot be read as HTTP. It is not logged: the error carries what was sent. */
export function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (socket.writable && error.code !== "ECONNRESET") {
    const problem = unreadable(error.code);
    const body = JSON.stringify(bodyOf(problem));
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n` +
        `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}

function unreadable(code: string): HttpProblem {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new HttpProblem(408, "too_slow", "the request did not arrive in time");
    case "HPE_HEADER_OVERFLOW":
      return new HttpProblem(431, "headers_too_large", "the headers are too large");
    default:
      return new HttpProblem(400, "bad_request", "the request cannot be read");
  }
}

function sendProblem(reply: FastifyReply, problem: HttpProblem) {
  // RFC 9110, section 11.6.1: a 401 says how to sign in.
  if (problem.status === 401) void reply.header("www-authenticate", "Bearer");
  if (problem.status === 503) void reply.header("retry-after", "5");
  return reply
    .code(problem.status)
    .type("application/problem+json")
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(bodyOf(problem));
}

function bodyOf(problem: HttpProblem): Problem {
  return {
    type: "about:blank",
    title: titleOf(problem.status),
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors && { errors: problem.errors }),
  };
}

/** What a failure of a route is to be answered with. */
export function toProblem(error: FastifyError): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) {
    return new HttpProblem(STATUS[error.code], error.code, error.message);
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    if (error.validationContext === "params") return notFound("thing");
    return invalidFields(error.validation.flatMap(fieldProblems));
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new HttpProblem(413, "body_too_large", "the body is over 64 KiB");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new HttpProblem(415, "unsupported_media_type", "send application/json");
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return new HttpProblem(400, "invalid_json", "the body is not JSON");
    case "FST_UNDER_PRESSURE":
      return new HttpProblem(503, "busy", "the server is overloaded; try again soon");
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

/** How zod says that there is nothing. */
const ABSENT = /^Invalid input: expected .*, received undefined$/;

/** One entry a field: unknown fields are named themselves, not the object that they stand in. */
function fieldProblems(issue: FastifySchemaValidationError): FieldProblem[] {
  const path = issue.instancePath.slice(1).replaceAll("/", ".");
  const { keyword, params } = issue;
  const message = (issue.message ?? "is wrong").replace(ABSENT, "is missing");
  if (keyword !== "unrecognized_keys") return [{ path, message }];
  const unknown = z.array(z.string()).parse(params["keys"]);
  const inside = path === "" ? "" : `${path}.`;
  return unknown.map((key) => ({ path: inside + key, message: "is not a known field" }));
}

/** Logs a failure that is the server's own, without anything of the request but its route. */
export function logFault(request: FastifyRequest, error: Error, problem: HttpProblem): void {
  // The places only: the message before them may quote a patient's data, over any number of lines.
  const stack = error.stack?.split("\n").filter((line) => /^ {4}at /.test(line));
  const facts = { route: request.routeOptions.url, code: problem.code };
  request.log.error({ ...facts, error: describeError(error), stack }, "request failed");
}
