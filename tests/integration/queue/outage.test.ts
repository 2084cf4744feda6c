import { describe, expect, it } from "vitest";
import { throughOutage } from "../../../src/queue/outage.ts";

describe("work on a ledger that is away", () => {
  it("is done when the ledger is back", async () => {
    const answers = [
      Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
      Object.assign(new Error("starting up"), { code: "57P03" }),
      Object.assign(new Error("no space left"), { code: "53100" }),
    ];
    let tries = 0;
    const done = await throughOutage(() => {
      tries += 1;
      const error = answers.shift();
      return error ? Promise.reject(error) : Promise.resolve("recorded");
    });
    expect([done, tries]).toEqual(["recorded", 4]);
  });

  it("fails at once where the ledger itself says no", async () => {
    let tries = 0;
    const refused = throughOutage(() => {
      tries += 1;
      return Promise.reject(Object.assign(new Error("check"), { code: "23514" }));
    });
    await expect(refused).rejects.toThrow("check");
    expect(tries).toBe(1);
  });
});
