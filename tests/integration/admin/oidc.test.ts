import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { type FakeOidc, startFakeOidc } from "../../support/fakeOidc.ts";
import { joinClinic, type Visitor, visitorAt } from "../../support/staff.ts";

const CLIENT = "aftercare-of-the-tests";

describe("signing in with an OpenID Connect provider", () => {
  const env: Record<string, string> = {};
  let provider: FakeOidc;

  beforeAll(async () => {
    provider = await startFakeOidc(CLIENT);
    Object.assign(env, {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT,
      OIDC_CLIENT_SECRET: "a-secret-for-this-test",
      OIDC_NAME: "Willow ID",
    });
  });
  afterAll(() => provider.close());

  const running = useApp("postgres", { env });
  let clinic: TestClinic;
  let people = 0;

  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  beforeEach(() => {
    provider.person = {
      sub: `person-${++people}`,
      email: `nobody-${people}@elsewhere.example.test`,
      email_verified: true,
      name: "Robin Vale",
    };
  });

  /** Goes to the provider and comes back, as a browser would; returns where that leads. */
  async function signIn(): Promise<{ visitor: Visitor; location: string | null }> {
    const visitor = visitorAt(running.address);
    const away = await visitor.get("/admin/sign-in/oidc");
    expect(away.status).toBe(303);
    expect(away.location).toContain(`${provider.issuer}/authorize`);
    const there = await fetch(away.location ?? "", { redirect: "manual" });
    const back = new URL(there.headers.get("location") ?? "");
    const { location } = await visitor.get(back.pathname + back.search);
    return { visitor, location };
  }

  async function isIn(visitor: Visitor): Promise<boolean> {
    return (await visitor.get("/admin/account")).status === 200;
  }

  it("is offered by the name that it was given", async () => {
    const { text } = await visitorAt(running.address).get("/admin/sign-in");
    expect(text).toContain("Sign in with Willow ID");
  });

  it("lets somebody in whose verified address has an account here", async () => {
    const member = await joinClinic(running, clinic.id, "front_desk");
    provider.person.email = member.email;
    const { visitor } = await signIn();
    const home = await visitor.get("/admin");
    expect(home).toMatchObject({ status: 303, location: `/admin/${clinic.id}` });
    // And again, by the same account: nobody is asked twice.
    expect(await isIn((await signIn()).visitor)).toBe(true);
  });

  it("makes nobody an account who has none, and says why", async () => {
    const { visitor, location } = await signIn();
    expect(location).toContain("/admin/sign-in?error=");
    const said = new URL(location ?? "", running.address);
    const { text } = await visitor.get(said.pathname + said.search);
    expect(text).toContain("Only who was invited has an account here");
    expect(await isIn(visitor)).toBe(false);
  });

  it("gives nobody an account by an address that the provider has not verified", async () => {
    const member = await joinClinic(running, clinic.id, "admin");
    provider.person.email = member.email;
    provider.person.email_verified = false;
    const { visitor } = await signIn();
    expect(await isIn(visitor)).toBe(false);
    expect((await visitor.get("/admin")).status).toBe(303);
    // Nothing was joined on the way, either: the same person stays out with another address.
    expect(await isIn((await signIn()).visitor)).toBe(false);
  });

  it("takes no answer that was meant for another browser", async () => {
    const member = await joinClinic(running, clinic.id, "front_desk");
    provider.person.email = member.email;
    const away = await visitorAt(running.address).get("/admin/sign-in/oidc");
    const there = await fetch(away.location ?? "", { redirect: "manual" });
    const back = new URL(there.headers.get("location") ?? "");
    const other = visitorAt(running.address);
    await other.get(back.pathname + back.search);
    expect(await isIn(other)).toBe(false);
  });
});
