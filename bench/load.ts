// Enrols patients over HTTP as fast as the program answers, in a process of its own; prints JSON.
import autocannon from "autocannon";
import type { Load, Loaded } from "./loads.ts";

const { address, key, connections, amount, first } = JSON.parse(process.argv[2] ?? "") as Load;
const statuses: Record<string, number> = {};
const took: number[] = [];
let number = first;
const channels = ["sms", "email"];
const began = performance.now();
let last = began;
const running = autocannon({
  url: address,
  connections,
  amount,
  timeout: 60,
  requests: [
    {
      method: "POST",
      path: "/v1/treatments",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      setupRequest(request) {
        const now = new Date().toISOString();
        number += 1;
        const patient = {
          externalId: `load-${number}`,
          firstName: "Ana",
          phone: `+1212${5_000_000 + number}`,
          email: `load-${number}@example.test`,
        };
        const consent = { care: channels, rebook: [], source: "a bench", at: now };
        const enrolment = {
          protocol: "microneedling",
          performedAt: now,
          patient,
          channels,
          consent,
        };
        request.body = JSON.stringify(enrolment);
        return request;
      },
    },
  ],
});
void running.on("response", (_client, status, _bytes, ms) => {
  statuses[status] = (statuses[status] ?? 0) + 1;
  took.push(ms);
  last = performance.now();
});
const { errors, timeouts } = await running;
const loaded: Loaded = { statuses, errors: errors + timeouts, took, tookMs: last - began };
process.stdout.write(`${JSON.stringify(loaded)}\n`);
