import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInvitation } from "../../../src/ledger/invitations.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { type FakeSmtp, startFakeSmtp } from "../../support/fakeSmtp.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, PASSWORD, visitorAt } from "../../support/staff.ts";

describe("guessing one's way in", () => {
  const env: Record<string, string> = { TRUSTED_PROXIES: "127.0.0.0/8" };
  let smtp: FakeSmtp;

  beforeAll(async () => {
    smtp = await startFakeSmtp();
    Object.assign(env, { SMTP_URL: smtp.url, MAIL_FROM: "care@example.test" });
  });
  afterAll(() => smtp.close());

  const logged: string[] = [];
  const running = useApp("postgres", { env, onLog: (line) => void logged.push(line) });
  let clinic: TestClinic;

  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  const join = () => joinClinic(running, clinic.id, "front_desk");
  let visitors = 0;
  const signIn = (email: string, password = PASSWORD, from = `198.51.100.${++visitors}`) =>
    visitorAt(running.address).post(
      "/admin/sign-in",
      { email, password },
      { "x-forwarded-for": from },
    );

  async function invite(email: string | null = null): Promise<string> {
    const asked = { clinicId: clinic.id, email, role: "front_desk", operator: false } as const;
    const { token } = await running.app.ledger.db
      .transaction()
      .execute((trx) => createInvitation(trx, asked, "test", running.clock.now()));
    return `/admin/invitation/${token}`;
  }

  it("ends at the tenth wrong password, wherever they are typed", async () => {
    const member = await join();
    const link = await invite();
    const wrong = "not the password at all";
    const ways = [
      () => signIn(member.email, wrong),
      () =>
        visitorAt(running.address).post(link, {
          name: "Sam",
          email: member.email,
          password: wrong,
        }),
      () => member.post("/admin/account/factor", { confirm: wrong }),
      () => member.post("/admin/account/password", { current: wrong, password: PASSWORD }),
    ];
    for (let tries = 0; tries < 10; tries++) {
      expect(await ways[tries % ways.length]?.()).toMatchObject({ status: 422 });
    }
    for (const way of ways) expect(await way()).toMatchObject({ status: 429 });
    expect(await signIn(member.email)).toMatchObject({ status: 429 });
  });

  it("ends at the tenth where all are typed at once, too", async () => {
    const { email } = await join();
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(email, "wrong one")));
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(10);
  });

  it("is not what somebody does who signs in often", async () => {
    const { email } = await join();
    for (let times = 0; times < 15; times++) {
      expect(await signIn(email)).toMatchObject({ status: 303 });
    }
  });

  it("keeps nobody out who comes through the same web server", async () => {
    const { email } = await join();
    const from = "192.0.2.1";
    for (let tries = 0; tries < 60; tries++) {
      await signIn(`nobody-${tries}@example.test`, PASSWORD, from);
    }
    expect(await signIn("nobody@example.test", PASSWORD, from)).toMatchObject({ status: 429 });
    expect(await signIn(email, PASSWORD, "192.0.2.2")).toMatchObject({ status: 303 });
  });

  it("makes one account of an invitation that is sent twice at once", async () => {
    const link = await invite("twice@clinic.example.test");
    const accept = () =>
      visitorAt(running.address).post(link, { name: "Sam Reed", password: PASSWORD });
    const answers = await Promise.all([accept(), accept()]);
    expect(answers.map(({ status }) => status)).toContain(303);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  describe("by the link of a forgotten password", () => {
    async function linkFor({ email }: Member): Promise<string> {
      const before = smtp.messages.length;
      expect(await visitorAt(running.address).post("/admin/password", { email })).toMatchObject({
        status: 200,
      });
      const mail = await until("the link to come", () => smtp.messages[before]);
      const { text = "" } = await mail.parsed();
      return /\/admin\/password\/[\w-]+/.exec(text)?.[0] ?? "";
    }
    const set = (link: string, password: string) =>
      visitorAt(running.address).post(link, { password });

    it("works once, and no older one works after it", async () => {
      const member = await join();
      const first = await linkFor(member);
      const second = await linkFor(member);
      expect(await set(second, "the second new password")).toMatchObject({ status: 303 });
      for (const link of [first, second]) {
        expect(await set(link, "an attacker's password")).toMatchObject({ status: 404 });
      }
      expect(await signIn(member.email, "the second new password")).toMatchObject({ status: 303 });
    });

    it("ends where the password is changed in another way", async () => {
      const member = await join();
      const link = await linkFor(member);
      const changed = { current: PASSWORD, password: "another battery, another horse" };
      expect(await member.post("/admin/account/password", changed)).toMatchObject({ status: 303 });
      expect(await set(link, "an attacker's password")).toMatchObject({ status: 404 });
    });

    it("is not waited for, because that would tell who has an account", async () => {
      const { email } = await join();
      smtp.hang("end");
      const answer = await visitorAt(running.address).post("/admin/password", { email });
      expect(answer.text).toContain("If this address has an account here");
      expect(logged).toEqual([]);
      const line = await until("the failure to be told", () => {
        smtp.dropConnections();
        return logged[0];
      });
      expect(line).toContain("a link was not sent");
      expect(line).not.toContain(email);
    });
  });

  describe("by a session that is left open", () => {
    /** As if all of somebody's sessions had begun some hours ago. */
    async function age({ email }: Member, hours: number): Promise<void> {
      const ago = `${hours} hours`;
      await sql`update auth.session set "expiresAt" = "expiresAt" - ${ago}::interval,
        "updatedAt" = "updatedAt" - ${ago}::interval
        where "userId" = (select id from auth."user" where email = ${email})`.execute(
        running.app.ledger.db,
      );
    }

    it("lasts 12 hours from the last visit, in the browser, too", async () => {
      const member = await join();
      await age(member, 2);
      const [cookie = ""] = (await member.get(member.at("patients"))).headers.getSetCookie();
      expect(cookie).toMatch(/session_token=.*Max-Age=43200/i);
    });

    it("is not made to last by a page that asks by itself", async () => {
      const member = await join();
      const { treatment } = await clinic.enrol();
      const asks = { "hx-request": "true" };
      await age(member, 2);
      const polls = [
        () => member.get(member.at(`patients/${treatment.patientId}/news?seen=x`), asks),
        () => member.get(member.at(`treatments/${treatment.id}/enrolled`), asks),
        () => member.post(member.at("inbox/news"), { since: "0" }, asks),
      ];
      for (const poll of polls) {
        const answer = await poll();
        expect(answer.status).toBeLessThan(300);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    });

    it("leads back to the page, not to what it asked for, where it has ended", async () => {
      const { treatment } = await clinic.enrol();
      const page = `/admin/${clinic.id}/patients/${treatment.patientId}`;
      const answer = await visitorAt(running.address).get(`${page}/news?seen=x`, {
        "hx-request": "true",
        "hx-current-url": `${running.address}${page}#timeline`,
      });
      expect(answer.status).toBe(401);
      const asked = new URL(answer.headers.get("hx-redirect") ?? "", running.address);
      expect(asked.searchParams.get("next")).toBe(page);
    });
  });
});
