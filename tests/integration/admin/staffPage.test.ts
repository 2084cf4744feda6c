import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listStaff } from "../../../src/ledger/staff.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fakeSmtp.ts";
import { joinClinic, type Member, PASSWORD, visitorAt } from "../../support/staff.ts";

const SCRIPT = "<script>alert(1)</script>";

describe("the staff of a clinic", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  const idOf = async ({ email }: Member, of = clinic) => {
    const members = await listStaff(running.app.ledger.db, of.id);
    return members.find((each) => each.email === email)?.userId ?? "";
  };
  const invite = (email: string, role = "front_desk") =>
    admin.post(admin.at("staff/invitations"), { email, role });
  const linkIn = (html: string) => /\/admin\/invitation\/[\w-]{43}/.exec(html)?.[0] ?? "";

  it("are invited by a link that is shown once where no email goes out", async () => {
    const email = "sam@clinic.example.test";
    const invited = await invite(email);
    expect(invited.status).toBe(200);
    expect(invited.headers.get("cache-control")).toBe("no-store");
    expect(invited.text).toContain("no email could be sent to them");
    const link = linkIn(invited.html);
    const list = await admin.get(admin.at("staff"));
    expect(list.text).toContain(email);
    expect(list.html).not.toContain(link);
    const sam = visitorAt(running.address);
    const joined = await sam.post(link, { name: "Sam Reed", password: PASSWORD });
    expect(joined).toMatchObject({ status: 303, location: `/admin/${clinic.id}` });
    expect((await admin.get(admin.at("staff"))).text).toContain(`Sam Reed ${email} front desk`);
  });

  it("lose an invitation that is withdrawn", async () => {
    const link = linkIn((await invite("lee@clinic.example.test")).html);
    const { html } = await admin.get(admin.at("staff"));
    const [path = ""] = /\/admin\/[\w-]+\/staff\/invitations\/[\w-]+\/withdraw/.exec(html) ?? [];
    const done = await admin.post(path);
    expect(done.status).toBe(303);
    expect((await admin.get(done.location ?? "")).text).toContain("the link opens nothing");
    expect((await visitorAt(running.address).get(link)).status).toBe(404);
    expect((await admin.post(path)).status).toBe(404);
  });

  it.each([
    ["", "is needed"],
    ["not an address", "one address such as"],
  ])("are not invited at %j", async (email, said) => {
    const answer = await invite(email);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(said);
  });

  it("are not invited twice", async () => {
    const answer = await invite(admin.email.toUpperCase());
    expect(answer.status).toBe(422);
    expect(answer.text).toContain("works here already");
  });

  it("get another role with their next page", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk", { name: "Dana Cole" });
    expect((await desk.get(desk.at("keys"))).status).toBe(403);
    const path = admin.at(`staff/${await idOf(desk)}/role`);
    expect((await admin.get(admin.at("staff"))).html).toContain(`href="${path}"`);
    const asked = await admin.get(path);
    expect(asked.text).toContain("Dana Cole");
    expect(asked.text).toContain("An admin can cancel and send messages again");
    expect(asked.html).toContain('name="role" value="admin"');
    expect((await desk.get(desk.at("keys"))).status).toBe(403);
    expect((await admin.post(path, { role: "operator" })).status).toBe(422);
    expect((await admin.post(path, { role: "admin" })).status).toBe(303);
    expect((await desk.get(desk.at("keys"))).status).toBe(200);
  });

  it("see nothing any more once they are removed, also where they are signed in", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk", { name: "Kim Hart" });
    const id = await idOf(desk);
    const asked = await admin.get(admin.at(`staff/${id}/remove`));
    expect(asked.text).toContain("Kim Hart");
    expect((await desk.get(desk.at("outbox"))).status).toBe(200);
    expect((await admin.post(admin.at(`staff/${id}/remove`))).status).toBe(303);
    expect((await desk.get(desk.at("outbox"))).status).toBe(404);
    expect((await admin.post(admin.at(`staff/${id}/remove`))).status).toBe(404);
  });

  it("keep a last admin", async () => {
    const lonely = await openClinic(running, { name: "Lonely" });
    const last = await joinClinic(running, lonely.id, "admin");
    const id = await idOf(last, lonely);
    const list = await last.get(last.at("staff"));
    expect(list.text).toContain("the only one: make somebody else an admin first");
    expect(list.html).not.toMatch(new RegExp(`${id}/(role|remove)`));
    const step = await last.post(last.at(`staff/${id}/role`), { role: "front_desk" });
    expect(step.status).toBe(409);
    expect(step.text).toContain("This is the last admin");
    const gone = await last.post(last.at(`staff/${id}/remove`), { sure: "yes" });
    expect(gone.status).toBe(409);
    expect((await last.get(last.at("staff"))).status).toBe(200);
  });

  it("are asked twice before they remove themselves", async () => {
    const other = await joinClinic(running, clinic.id, "admin", { name: "Jo Park" });
    const path = other.at(`staff/${await idOf(other)}/remove`);
    expect((await other.get(path)).text).toContain("You lose your place at this clinic at once");
    const once = await other.post(path);
    expect(once.status).toBe(422);
    expect((await other.get(other.at("staff"))).status).toBe(200);
    expect(await other.post(path, { sure: "yes" })).toMatchObject({
      status: 303,
      location: "/admin",
    });
    expect((await other.get(other.at("staff"))).status).toBe(404);
  });

  it("are the affair of the clinic's own admins", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const id = await idOf(desk);
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const other = await joinClinic(running, elsewhere.id, "admin");
    for (const [who, status] of [
      [desk, 403],
      [other, 404],
    ] as const) {
      expect((await who.get(admin.at("staff"))).status).toBe(status);
      expect((await who.get(admin.at(`staff/${id}/role`))).status).toBe(status);
      expect((await who.post(admin.at(`staff/${id}/role`), { role: "admin" })).status).toBe(status);
      expect((await who.post(admin.at(`staff/${id}/remove`))).status).toBe(status);
      const asked = { email: "x@clinic.example.test", role: "admin" };
      expect((await who.post(admin.at("staff/invitations"), asked)).status).toBe(status);
    }
    // By the address of one's own clinic, neither.
    expect((await other.get(other.at(`staff/${id}/remove`))).status).toBe(404);
    expect((await other.post(other.at(`staff/${id}/remove`))).status).toBe(404);
    expect((await other.post(other.at(`staff/${id}/role`), { role: "admin" })).status).toBe(404);
    expect((await desk.get(desk.at("outbox"))).status).toBe(200);
  });

  it("have their names shown as text", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk", { name: SCRIPT });
    const own = `staff/${await idOf(desk)}`;
    for (const page of ["staff", `${own}/role`, `${own}/remove`]) {
      const { html, text } = await admin.get(admin.at(page));
      expect(html).not.toContain(SCRIPT);
      expect(text).toContain(SCRIPT);
    }
  });
});

describe("an invitation where there is a mail server", () => {
  const env: Record<string, string> = {};
  let mail: FakeSmtp;
  beforeAll(async () => {
    mail = await startFakeSmtp();
    Object.assign(env, { SMTP_URL: mail.url, MAIL_FROM: "care@example.test" });
  });
  afterAll(() => mail.close());
  const running = useApp("postgres", { env });

  it("goes by email, and its link is not on the page", async () => {
    const clinic = await openClinic(running);
    const admin = await joinClinic(running, clinic.id, "admin");
    const email = "sam@clinic.example.test";
    const path = admin.at("staff/invitations");
    const invited = await admin.post(path, { email, role: "front_desk" });
    expect(invited.status).toBe(303);
    const after = await admin.get(invited.location ?? "");
    expect(after.text).toContain("the link is on its way by email");
    expect(after.html).not.toContain("/admin/invitation/");
    const [message] = mail.messages;
    expect(message?.envelope.to).toEqual([email]);
    const [link = ""] =
      /\/admin\/invitation\/[\w-]{43}/.exec((await message?.parsed())?.text ?? "") ?? [];
    expect((await visitorAt(running.address).get(link)).text).toContain("You are invited");
  });

  it("is shown to be handed over where the mail server refuses it", async () => {
    const clinic = await openClinic(running);
    const admin = await joinClinic(running, clinic.id, "admin");
    const email = "lee@clinic.example.test";
    mail.refuse({ at: "recipient", code: 550, to: email });
    const path = admin.at("staff/invitations");
    const invited = await admin.post(path, { email, role: "front_desk" });
    expect(invited.status).toBe(200);
    expect(invited.text).toContain("no email could be sent to them");
    expect(invited.html).toContain("/admin/invitation/");
  });
});
