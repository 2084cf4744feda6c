import type http from "node:http";
import type { Fault } from "./fakeTwilioFaults.ts";

/** The whole body of a request, as text. */
export async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Whether the request carries the account's SID and auth token as basic auth. */
export function isAuthorized(request: http.IncomingMessage, sid: string, token: string): boolean {
  const [scheme, encoded = ""] = (request.headers.authorization ?? "").split(" ");
  return scheme === "Basic" && Buffer.from(encoded, "base64").toString() === `${sid}:${token}`;
}

/** The checks of Twilio's that a wrong client would meet first; null for a good request. */
export function faultOfParams(
  params: Readonly<Record<string, string>>,
): { code: number; message: string } | null {
  if (!params.To) return { code: 21604, message: "A 'To' phone number is required." };
  if (!params.Body) return { code: 21602, message: "Message body is required." };
  if (!params.From && !params.MessagingServiceSid) {
    return { code: 21603, message: "A 'From' phone number is required." };
  }
  if (!/^\+[1-9]\d{6,14}$/.test(params.To)) {
    return { code: 21211, message: "Invalid 'To' Phone Number" };
  }
  if (params.Body.length > 1600) return { code: 21617, message: "The message body is too long." };
  if (params.ValidityPeriod !== undefined && !isValidity(params.ValidityPeriod)) {
    return { code: 21624, message: "Invalid validity period value" };
  }
  if (params.StatusCallback !== undefined && !/^https?:\/\/\S+$/.test(params.StatusCallback)) {
    return { code: 21609, message: "The StatusCallback URL is not a valid URL." };
  }
  return null;
}

const isValidity = (value: string) =>
  /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 36_000;

export function sendJson(response: http.ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

/** An error as Twilio's API answers it. https://www.twilio.com/docs/usage/twilios-response */
export function sendError(
  response: http.ServerResponse,
  status: number,
  code: number,
  message: string,
): void {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  sendJson(response, status, { code, message, more_info, status });
}

/** Answers as the fault says, or leaves the connection open for ever, or cuts it. */
export function sendFault(response: http.ServerResponse, fault: Fault): void {
  switch (fault.do) {
    case "cut":
      response.destroy();
      return;
    case "hang":
      return;
    case "html":
      response.writeHead(fault.status, { "Content-Type": "text/html" });
      response.end("<html><body><h1>Server Error</h1></body></html>");
      return;
    case "refuse":
      if (fault.retryAfter !== null) response.setHeader("Retry-After", String(fault.retryAfter));
      sendError(response, fault.status, fault.code, fault.message);
  }
}
