import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { AppError, describeError } from "../errors.ts";
import { isOutage } from "../ledger/outage.ts";
import { Page } from "./layout.tsx";
import { PageProblem } from "./pageProblem.ts";
import { Notice } from "./pieces.tsx";
import { keepPrivate, sendPage, sendPart } from "./send.ts";

/** Answers every failure of the pages for staff as a page, or as a part where htmx asked for one. */
export function answerPageProblems(server: FastifyInstance): void {
  server.setNotFoundHandler({ preHandler: [] }, (request, reply) => {
    const [path = "", query] = request.url.split("?");
    // No page has a slash at its end: who typed one, or pasted it, means the page without.
    if (request.method === "GET" && path.endsWith("/")) {
      const page = path.slice(0, -1);
      return keepPrivate(reply).redirect(query === undefined ? page : `${page}?${query}`, 303);
    }
    const problem = new PageProblem(
      404,
      "There is nothing at this address",
      "Go back to the start and look it up from there.",
    );
    return sendProblem(request, reply, problem);
  });
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toPageProblem(error);
    if (problem.status >= 500) {
      // The places only: the message before them may quote a patient's data.
      const stack = error.stack?.split("\n").filter((line) => /^ {4}at /.test(line));
      const facts = { route: request.routeOptions.url, error: describeError(error), stack };
      request.log.error(facts, "request failed");
    }
    if (problem.status === 503) void reply.header("retry-after", "5");
    return sendProblem(request, reply, problem);
  });
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: PageProblem) {
  const { status, title, message } = problem;
  void reply.code(status);
  if (request.headers["hx-request"] !== undefined) {
    return sendPart(
      reply,
      <Notice tone="bad">
        <strong>{title}.</strong> {message}
      </Notice>,
    );
  }
  return sendPage(
    reply,
    <Page title={title} place={request.place} visitor={request.visitor} width="narrow">
      <p>{message}</p>
      <p>
        <a href="/admin">To the start</a>
      </p>
    </Page>,
  );
}

function toPageProblem(error: FastifyError): PageProblem {
  if (error instanceof PageProblem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    return error.validationContext === "params"
      ? new PageProblem(404, "There is nothing at this address", "The address may be cut short.")
      : new PageProblem(422, "This cannot be read", "Go back, and send the form again.");
  }
  if (error instanceof AppError && error.code !== "ledger_unavailable") {
    return new PageProblem(500, "Something failed", error.message);
  }
  if (error instanceof AppError || isOutage(error) || error.code === "FST_UNDER_PRESSURE") {
    return new PageProblem(
      503,
      "Aftercare cannot answer just now",
      "Nothing was changed. Try again in a minute; messages that are due wait, and are not lost.",
    );
  }
  if (error.statusCode === 413) {
    return new PageProblem(413, "This is too large", "Send less at a time.");
  }
  if (error.statusCode === 429) {
    return new PageProblem(429, "Too many tries", "Wait a few minutes, then try again.");
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new PageProblem(error.statusCode, "This cannot be read", "Go back, and send it again.");
  }
  return new PageProblem(500, "Something failed", "It is in the log. Try again in a minute.");
}
