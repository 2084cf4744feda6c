import { createHmac } from "node:crypto";
import type { NoticeOutcome } from "./notice.ts";

/** Where a clinic is told, and the secret that shows who tells it. */
export interface ClinicWebhook {
  url: string;
  secret: string;
}

const TIMEOUT_MS = 10_000;

/** Whether an address can be posted to: over the web, without a name and password in it. */
export function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "";
}

/** The signature of a body: HMAC-SHA256 with the clinic's secret, in hexadecimal. */
export function webhookSignature(secret: string, body: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/**
 * Posts to a clinic's webhook, signed in the header `x-aftercare-signature`. Any answer of 2xx
 * within `timeoutMs` is yes. A redirect is no: what it carries is for the operator's address alone.
 */
export async function postToClinic(
  { url, secret }: ClinicWebhook,
  payload: object,
  timeoutMs = TIMEOUT_MS,
): Promise<NoticeOutcome> {
  if (!isWebhookUrl(url)) return { kind: "failed", code: "bad_url" };
  const body = JSON.stringify(payload);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-aftercare-signature": webhookSignature(secret, body),
      },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Not read: only its status counts, and it may never end.
    await response.body?.cancel();
    return response.ok ? { kind: "sent" } : { kind: "failed", code: `http_${response.status}` };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return { kind: "failed", code: late ? "timeout" : "unreachable" };
  }
}
