import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, visitorAt } from "../../support/staff.ts";

describe("the way back to a clinic", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { name: "Willow Skin" });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  it.each([
    ["one's account", () => "/admin/account", 200],
    ["a page for admins", () => desk.at("keys"), 403],
    ["a page that is not there", () => desk.at("nothing/here"), 404],
    ["an address outside of any clinic", () => "/admin/none/of/these", 404],
    ["a clinic of others", () => "/admin/00000000-0000-4000-8000-000000000000/patients", 404],
  ])("is on %s", async (_page, address, status) => {
    const answer = await desk.get(address());
    expect(answer.status).toBe(status);
    expect(answer.html).toContain(`href="${desk.at()}"`);
    expect(answer.text).toContain("Willow Skin");
    expect(answer.text).toContain("Sign out");
  });

  it("is the whole menu, where there is one clinic", async () => {
    for (const address of ["/admin/account", desk.at("keys"), "/admin/none"]) {
      const { html } = await desk.get(address);
      expect(html).toContain(`href="${desk.at("patients")}"`);
      expect(html).not.toContain(`href="${desk.at("keys")}"`);
    }
  });

  it("is shown to nobody who is not signed in", async () => {
    const stranger = await visitorAt(running.address).get("/admin/none/of/these");
    expect(stranger.status).toBe(404);
    expect(stranger.text).not.toContain("Willow Skin");
    expect(stranger.text).not.toContain("Sign out");
  });
});
