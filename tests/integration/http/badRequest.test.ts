import net from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { revokeApiKey } from "../../../src/ledger/apiKeys.ts";
import { useApp } from "../../support/app.ts";
import { type Caller, callerAt } from "../../support/appCaller.ts";
import { openClinic } from "../../support/clinic.ts";
import { BAD_REQUESTS, type BadRequest } from "./badRequests.ts";
import { expectProblem } from "./refusal.ts";

describe("a request", () => {
  const running = useApp("embedded");
  let callers: Record<BadRequest["as"], Caller>;

  beforeAll(async () => {
    const { address, app, clock } = running;
    const { desk, admin, deskKey } = await openClinic(running);
    const closed = await openClinic(running, { name: "A clinic whose key was revoked" });
    await revokeApiKey(
      app.ledger.db,
      { clinicId: closed.id, id: closed.deskKey.id },
      "test",
      clock.now(),
    );
    const basic = Buffer.from(`desk:${deskKey.secret}`).toString("base64");
    callers = {
      desk,
      admin,
      nobody: callerAt(address, null),
      basic: callerAt(address, null, { authorization: `Basic ${basic}` }),
      unknown: callerAt(address, "ac_nobody-has-this-key"),
      revoked: callerAt(address, closed.deskKey.secret),
      mangled: callerAt(address, `${deskKey.secret}x`),
    };
  });

  it.each(BAD_REQUESTS)("is refused with $name: $status", async (bad) => {
    const [method = "", path = ""] = bad.request.split(" ");
    const answer = await callers[bad.as].call(method, path, { body: bad.body });
    expectProblem(answer, bad);
    // RFC 9110, section 11.6.1.
    const challenge = answer.headers.get("www-authenticate");
    expect(challenge).toBe(bad.status === 401 ? "Bearer" : null);
  });

  it.each([
    ["no HTTP at all", "HELO aftercare\r\n\r\n", 400],
    ["a length that is no number", "POST /v1/plans HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400],
    ["huge headers", `GET / HTTP/1.1\r\nX-Name: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ])("is refused as a problem, too, where it is %s", async (_name, request, status) => {
    const answer = await sendRaw(running.address, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain("Content-Type: application/problem+json\r\n");
    const body: unknown = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
    expect(body).toMatchObject({ status, type: "about:blank" });
  });

  it("is refused once 64 KiB of it have come, whatever length it announced", async () => {
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const head =
      "POST /v1/plans HTTP/1.1\r\nHost: aftercare\r\nContent-Type: application/json\r\n" +
      "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    const { deskKey } = await openClinic(running);
    const signed = `${head}Authorization: Bearer ${deskKey.secret}\r\n\r\n`;
    const answer = await sendRaw(running.address, `${signed}${chunk}1\r\n \r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"code":"body_too_large"');
  });
});

/** Sends bytes as they are, and returns all that comes back until the connection is closed. */
function sendRaw(address: string, request: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(request));
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
