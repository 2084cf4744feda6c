import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  readUnsubscribeToken,
  signUnsubscribeToken,
} from "../../../src/content/unsubscribeToken.ts";

const KEY = "a key for the links of these tests";
const ID = "0191e7a0-0000-7000-8000-000000000004";

describe("the token of an unsubscribe link", () => {
  const grant = { patientId: ID, channel: "email" as const, address: "Ana@example.test" };
  const token = signUnsubscribeToken(grant, KEY);

  it("grants a stop of the address that it went to, whatever the case of that", () => {
    const read = readUnsubscribeToken(token, KEY);
    expect(read).toMatchObject({ patientId: ID, channel: "email" });
    expect(read?.isFor("ana@EXAMPLE.test")).toBe(true);
    expect(read?.isFor("ana@example.test.uk")).toBe(false);
    expect(token).toMatch(/^[\w-]{56}$/);
  });

  it("grants nothing under another key, or cut", () => {
    expect(readUnsubscribeToken(token, `${KEY}!`)).toBeNull();
    for (const cut of [token.slice(0, -4), token.slice(4), token.slice(0, 44), ""]) {
      expect(readUnsubscribeToken(cut, KEY)).toBeNull();
    }
  });

  it("is good for any address where an earlier program made it, which did not say for which", () => {
    const payload = Buffer.concat([Buffer.from(ID.replaceAll("-", ""), "hex"), Buffer.from([0])]);
    const mac = createHmac("sha256", KEY).update(payload).digest().subarray(0, 16);
    const old = Buffer.concat([payload, mac]).toString("base64url");
    const read = readUnsubscribeToken(old, KEY);
    expect(read).toMatchObject({ patientId: ID, channel: "sms" });
    expect(read?.isFor("+12125550147")).toBe(true);
  });
});
