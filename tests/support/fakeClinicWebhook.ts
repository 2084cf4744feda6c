import { createHmac } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** What was posted to a clinic. */
export interface PostedAlarm {
  path: string;
  contentType: string | undefined;
  signature: string | undefined;
  raw: string;
  body: { type: string; id: string; inboxId: string; text: string; from: string; reading: string };
}

/** A clinic's own server, to which alarms are posted. */
export interface FakeClinicWebhook {
  url: string;
  secret: string;
  posted: readonly PostedAlarm[];
  /** Answers with this from now on; `location` for a redirect. */
  answer(status: number, location?: string): void;
  /** Whether the request is signed with the secret. */
  signed(alarm: PostedAlarm): boolean;
  close(): Promise<void>;
}

export async function startFakeClinicWebhook(): Promise<FakeClinicWebhook> {
  const secret = "a-secret-of-the-clinic-and-this-program";
  const posted: PostedAlarm[] = [];
  let next: { status: number; location: string | undefined } = { status: 204, location: undefined };
  const take = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    posted.push({
      path: request.url ?? "",
      contentType: request.headers["content-type"],
      signature: String(request.headers["x-aftercare-signature"]),
      raw,
      body: JSON.parse(raw),
    });
    response.writeHead(next.status, next.location ? { location: next.location } : {});
    response.end();
  };
  const server = http.createServer((request, response) => void take(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alarms`,
    secret,
    posted,
    answer: (status, location) => void (next = { status, location }),
    signed: ({ raw, signature }) =>
      createHmac("sha256", secret).update(raw).digest("hex") === signature,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
