import { beforeAll, describe, expect, it } from "vitest";
import { listApiKeys } from "../../../src/ledger/apiKeys.ts";
import { useApp } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("the keys of a clinic", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  const keys = (of = clinic) => listApiKeys(running.app.ledger.db, of.id);
  const secretIn = (html: string) => /ac_[\w-]{43}/.exec(html)?.[0] ?? "";
  const reads = async (secret: string) =>
    (await callerAt(running.address, secret).get("/v1/treatments")).status;

  async function make(label: string, role = "enroll") {
    const made = await admin.post(admin.at("keys"), { label, role });
    const key = (await keys()).find((each) => each.label === label);
    return { made, id: key?.id ?? "", secret: secretIn(made.html) };
  }

  it("are made with a secret that is shown once, and works", async () => {
    const { made, secret } = await make("booking software");
    expect(made.status).toBe(200);
    expect(made.headers.get("cache-control")).toBe("no-store");
    expect(made.html).toContain(`data-copy="${secret}"`);
    expect(await reads(secret)).toBe(200);
    const { html, text } = await admin.get(admin.at("keys"));
    expect(text).toContain("booking software");
    expect(html).not.toContain(secret);
  });

  it("are made with the role that was asked for", async () => {
    const { id } = await make("the manager's scripts", "admin");
    expect((await keys()).find((key) => key.id === id)).toMatchObject({ role: "admin" });
  });

  it.each([
    [{ role: "enroll" }, "is needed"],
    [{ label: "x".repeat(61), role: "enroll" }, "at most 60 characters"],
    [{ label: "till", role: "operator" }, "Choose one"],
  ])("are not made from %j", async (form, said) => {
    const before = await keys();
    const answer = await admin.post(admin.at("keys"), form as Record<string, string>);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(said);
    expect(await keys()).toEqual(before);
  });

  it("are revoked at once, after it was said what that does", async () => {
    const { id, secret } = await make("an old till");
    const asked = await admin.get(admin.at(`keys/${id}/revoke`));
    expect(asked.text).toContain("an old till stops working at once, for good");
    expect(await reads(secret)).toBe(200);
    const done = await admin.post(admin.at(`keys/${id}/revoke`));
    expect(done.status).toBe(303);
    expect((await admin.get(done.location ?? "")).text).toContain("Revoked.");
    expect(await reads(secret)).toBe(401);
    // The second of two who press it sees the same, and the first time stays.
    const first = (await keys()).find((key) => key.id === id)?.revokedAt;
    running.clock.moveBy(60_000);
    expect((await admin.post(admin.at(`keys/${id}/revoke`))).status).toBe(303);
    expect((await keys()).find((key) => key.id === id)?.revokedAt).toEqual(first);
  });

  it("are those of the clinic alone: another's are not there to be seen or revoked", async () => {
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const other = await joinClinic(running, elsewhere.id, "admin");
    const { id, secret } = await make("our own till");
    for (const answer of [
      await other.get(admin.at("keys")),
      await other.get(admin.at(`keys/${id}/revoke`)),
      await other.post(admin.at(`keys/${id}/revoke`)),
      await other.get(other.at(`keys/${id}/revoke`)),
      await other.post(other.at(`keys/${id}/revoke`)),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain("our own till");
    }
    expect((await other.get(other.at("keys"))).html).not.toContain(id);
    expect(await reads(secret)).toBe(200);
  });

  it("are not for a front desk", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const { id, secret } = await make("theirs");
    expect((await desk.get(desk.at("keys"))).status).toBe(403);
    expect((await desk.post(desk.at("keys"), { label: "x", role: "admin" })).status).toBe(403);
    expect((await desk.post(desk.at(`keys/${id}/revoke`))).status).toBe(403);
    expect(await reads(secret)).toBe(200);
  });

  it("show their labels as text", async () => {
    const { made, id } = await make(SCRIPT);
    const pages = [
      made,
      await admin.get(admin.at("keys")),
      await admin.get(admin.at(`keys/${id}/revoke`)),
    ];
    for (const { html, text } of pages) {
      expect(html).not.toContain(SCRIPT);
      expect(text).toContain(SCRIPT);
    }
  });
});
