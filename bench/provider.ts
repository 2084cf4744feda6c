// A Twilio that takes every message and takes its time over it, in a process of its own.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** When each number's messages came in, in milliseconds of the machine's clock. */
const arrivals: [to: string, at: number][] = [];
const latencyMs = Number(process.argv[2]);

const server = createServer((request, response) => {
  const at = Date.now();
  let form = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    form += text;
  });
  request.once("end", () => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (request.method === "GET") return answer(200, arrivals);
    arrivals.push([new URLSearchParams(form).get("To") ?? "", at]);
    const sid = `SM${arrivals.length.toString(16).padStart(32, "0")}`;
    setTimeout(() => answer(201, { sid, status: "queued", error_code: null }), latencyMs);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
