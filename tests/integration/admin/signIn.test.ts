import { beforeAll, describe, expect, it } from "vitest";
import { createInvitation } from "../../../src/ledger/invitations.ts";
import { PUBLIC_URL, useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, PASSWORD, visitorAt } from "../../support/staff.ts";
import { totpCode } from "../../support/totp.ts";

describe("signing in", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;

  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  const stranger = () => visitorAt(running.address);

  async function signIn(email: string, password = PASSWORD, next = "") {
    const visitor = stranger();
    const answer = await visitor.post("/admin/sign-in", { email, password, next });
    return { visitor, answer };
  }

  it("opens nothing to who has not signed in, and leads back afterwards", async () => {
    const { email } = await joinClinic(running, clinic.id, "front_desk");
    const before = await stranger().get(`/admin/${clinic.id}`);
    expect(before).toMatchObject({ status: 303 });
    const asked = new URL(before.location ?? "", running.address);
    expect(asked.pathname).toBe("/admin/sign-in");
    const next = asked.searchParams.get("next") ?? "";
    const { answer } = await signIn(email, PASSWORD, next);
    expect(answer).toMatchObject({ status: 303, location: `/admin/${clinic.id}` });
  });

  it.each([
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/admin/../t/x",
    "/v1",
    "/admin?x",
  ])("leads nowhere else: %s", async (next) => {
    const { email } = await joinClinic(running, clinic.id, "front_desk");
    const { answer } = await signIn(email, PASSWORD, next);
    expect(answer).toMatchObject({ status: 303, location: "/admin" });
  });

  it("answers a wrong password and an unknown address alike", async () => {
    const { email } = await joinClinic(running, clinic.id, "front_desk");
    const wrong = await signIn(email, "not the password at all");
    const unknown = await signIn("nobody@clinic.example.test");
    expect(wrong.answer.status).toBe(422);
    expect(unknown.answer.status).toBe(422);
    const said = "This address and password do not go together.";
    expect(wrong.answer.text).toContain(said);
    expect(unknown.answer.text).toContain(said);
    expect(wrong.visitor.cookies()).toBe("");
  });

  it("lets an account be tried ten times in a quarter of an hour, the right password included", async () => {
    const { email } = await joinClinic(running, clinic.id, "front_desk");
    const answers = [];
    for (let tries = 0; tries < 10; tries++) answers.push(await signIn(email, `wrong ${tries}`));
    expect(answers.map(({ answer }) => answer.status)).toEqual(Array<number>(10).fill(422));
    const { answer } = await signIn(email.toUpperCase());
    expect(answer).toMatchObject({ status: 429 });
    expect(answer.text).toContain("Wait a quarter of an hour");
  });

  it("makes cookies that no script reads and no other site sends", async () => {
    const { email } = await joinClinic(running, clinic.id, "front_desk");
    const { answer } = await signIn(email);
    const [cookie = ""] = answer.headers.getSetCookie();
    // The public address of the tests is https.
    expect(cookie).toMatch(/^__Secure-aftercare\.session_token=.*HttpOnly.*SameSite=Lax/i);
    expect(cookie).toMatch(/; Secure/i);
  });

  it("ends a session at once where somebody signs out", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const cookie = desk.cookies();
    expect(await desk.get("/admin/account")).toMatchObject({ status: 200 });
    await desk.post("/admin/sign-out");
    expect(await stranger().get("/admin/account", { cookie })).toMatchObject({ status: 303 });
  });

  it("ends one of somebody's other sessions, and none of anybody else's", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const { visitor } = await signIn(desk.email);
    const other = await joinClinic(running, clinic.id, "front_desk");
    const sessionsOn = async (member: Pick<Member, "get">) => {
      const { html } = await member.get("/admin/account");
      return [...html.matchAll(/name="session" value="([^"]+)"/g)].map(([, id = ""]) => id);
    };
    const [theirs = ""] = await sessionsOn(desk);
    await other.post("/admin/account/sessions", { session: theirs });
    expect(await visitor.get("/admin/account")).toMatchObject({ status: 200 });
    await desk.post("/admin/account/sessions", { session: theirs });
    expect(await visitor.get("/admin/account")).toMatchObject({ status: 303 });
    expect(await desk.get("/admin/account")).toMatchObject({ status: 200 });
  });

  it("changes a password, and ends the other sessions by it", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const { visitor } = await signIn(desk.email);
    const password = "another battery, another horse";
    const wrong = await desk.post("/admin/account/password", { current: "no", password });
    expect(wrong.status).toBe(422);
    const short = await desk.post("/admin/account/password", {
      current: PASSWORD,
      password: "short",
    });
    expect(short.text).toContain("at least 12 characters");
    const right = await desk.post("/admin/account/password", { current: PASSWORD, password });
    expect(right.status).toBe(303);
    expect(await visitor.get("/admin/account")).toMatchObject({ status: 303 });
    expect((await signIn(desk.email)).answer.status).toBe(422);
    expect((await signIn(desk.email, password)).answer.status).toBe(303);
  });

  it("asks for a second factor where one is set up, and takes a kept code once", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const setUp = await desk.post("/admin/account/factor", { confirm: PASSWORD });
    const codes = [...setUp.html.matchAll(/<code>([^<]+)<\/code>/g)].map(([, code = ""]) => code);
    const [key = "", kept = ""] = codes;
    expect(setUp.html).toContain("<svg");
    const wrong = await desk.post("/admin/account/factor/code", { code: "000000" });
    expect(wrong.status).toBe(422);
    const on = await desk.post("/admin/account/factor/code", { code: totpCode(key) });
    expect(on).toMatchObject({ status: 303, location: "/admin/account" });

    const { visitor, answer } = await signIn(desk.email);
    expect(answer.location).toBe("/admin/sign-in/code");
    expect(await visitor.get("/admin/account")).toMatchObject({ status: 303 });
    expect(await visitor.post("/admin/sign-in/code", { code: "000000" })).toMatchObject({
      status: 422,
    });
    expect(await visitor.post("/admin/sign-in/code", { code: totpCode(key) })).toMatchObject({
      status: 303,
    });
    expect(await visitor.get("/admin/account")).toMatchObject({ status: 200 });

    const lost = await signIn(desk.email);
    expect(await lost.visitor.post("/admin/sign-in/code", { code: kept })).toMatchObject({
      status: 303,
    });
    const again = await signIn(desk.email);
    expect(await again.visitor.post("/admin/sign-in/code", { code: kept })).toMatchObject({
      status: 422,
    });
  });

  it("lets an invitation be accepted once, while it is open", async () => {
    const { db } = running.app.ledger;
    const invite = (email: string | null) =>
      db
        .transaction()
        .execute((trx) =>
          createInvitation(
            trx,
            { clinicId: clinic.id, email, role: "front_desk", operator: false },
            "test",
            running.clock.now(),
          ),
        );
    const { token } = await invite(null);
    const path = `/admin/invitation/${token}`;
    const fields = { name: "Sam Reed", email: "sam@clinic.example.test", password: PASSWORD };
    expect((await stranger().get(path)).text).toContain("Willow Skin Clinic");
    const short = await stranger().post(path, { ...fields, password: "short" });
    expect(short).toMatchObject({ status: 422 });
    expect(short.text).toContain("Password must have at least 12 characters; a sentence will do.");
    // What is wrong has the focus, and not the name.
    const focused = [...short.html.matchAll(/<input[^>]*\bautofocus[^>]*>/g)].map(([tag]) => tag);
    expect(focused).toHaveLength(1);
    expect(focused[0]).toContain('name="password"');
    expect(await stranger().post(path, fields)).toMatchObject({
      status: 303,
      location: `/admin/${clinic.id}`,
    });
    expect(await stranger().get(path)).toMatchObject({ status: 404 });
    expect(await stranger().post(path, fields)).toMatchObject({ status: 404 });

    const { token: first } = await invite("lee@clinic.example.test");
    const { token: second } = await invite("LEE@clinic.example.test");
    expect(await stranger().get(`/admin/invitation/${first}`)).toMatchObject({ status: 404 });
    running.clock.moveBy(8 * 86_400_000);
    expect(await stranger().get(`/admin/invitation/${second}`)).toMatchObject({ status: 404 });
  });

  it("gives who has an account another place only with its password", async () => {
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const invite = await running.app.ledger.db
      .transaction()
      .execute((trx) =>
        createInvitation(
          trx,
          { clinicId: other.id, email: desk.email, role: "admin", operator: false },
          "test",
          running.clock.now(),
        ),
      );
    const path = `/admin/invitation/${invite.token}`;
    const name = "Somebody Else";
    const wrong = await stranger().post(path, { name, password: "not the password at all" });
    expect(wrong).toMatchObject({ status: 422 });
    expect(await stranger().post(path, { name, password: PASSWORD })).toMatchObject({
      status: 303,
    });
    const home = await desk.get("/admin");
    expect(home.text).toContain("Willow Skin Clinic");
    expect(home.text).toContain("Hillside Clinic");
  });

  it.each([
    ["another origin", { origin: "https://elsewhere.example" }],
    ["an unknown origin", { origin: "null" }],
    ["what the browser says is another site", { "sec-fetch-site": "cross-site" }],
    ["a site beside this one", { "sec-fetch-site": "same-site", origin: PUBLIC_URL }],
  ])("takes no form from %s", async (_, headers) => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const answer = await desk.post("/admin/sign-out", {}, headers);
    expect(answer).toMatchObject({ status: 403 });
    expect(await desk.get("/admin/account")).toMatchObject({ status: 200 });
  });

  it("takes forms that came by the public address", async () => {
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const answer = await desk.post("/admin/sign-out", {}, { origin: PUBLIC_URL });
    expect(answer).toMatchObject({ status: 303 });
  });

  it("answers what is not there with a page", async () => {
    const answer = await stranger().get("/admin/nothing/here/at/all");
    expect(answer.status).toBe(404);
    expect(answer.html).toContain("<!doctype html>");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("leads a browser from the bare address, and from one with a slash at its end", async () => {
    const page = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    expect(await stranger().get("/", page)).toMatchObject({ status: 303, location: "/admin" });
    const program = await stranger().get("/", { accept: "*/*" });
    expect(program.status).toBe(404);
    expect(program.headers.get("content-type")).toContain("application/problem+json");
    expect(await stranger().get(`/admin/${clinic.id}/`)).toMatchObject({
      status: 303,
      location: `/admin/${clinic.id}`,
    });
    expect(await stranger().get(`/admin/${clinic.id}/failures/bulk/?action=cancel`)).toMatchObject({
      location: `/admin/${clinic.id}/failures/bulk?action=cancel`,
    });
  });

  it("stands in no description of the API", async () => {
    const { html } = await stranger().get("/openapi.json");
    expect(html).not.toContain("/admin");
  });
});
