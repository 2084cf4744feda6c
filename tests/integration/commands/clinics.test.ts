import { describe, expect, it } from "vitest";
import { openDeployment } from "../../support/deployments.ts";
import { runProgram, startProgram } from "../../support/program.ts";
import { openApi } from "../../support/programApi.ts";

const PATIENT = { firstName: "Ana", phone: "+12125550123" };
const NEW_CLINIC = ["--name", "Willow Skin Clinic", "--time-zone", "America/Chicago"];

describe.concurrent.each(["embedded", "postgres"] as const)("a ledger on %s", (kind) => {
  it("gets its tables, clinics and keys from the command line", { timeout: 240_000 }, async ({
    onTestFinished,
  }) => {
    const owner = { onTestFinished };
    const deployment = await openDeployment(kind);
    onTestFinished(() => deployment.close());
    const { env } = deployment;
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram(args, env);
      return { code, text: stdout + stderr };
    };

    for (let twice = 0; twice < 2; twice++) {
      expect(await run("migrate")).toEqual({ code: 0, text: "The ledger is up to date.\n" });
    }
    expect(await run("key", "create")).toEqual({
      code: 2,
      text: "aftercare: there is no clinic yet; make one with `aftercare clinic create`\n",
    });

    const made = await run("clinic", "create", ...NEW_CLINIC);
    expect(made.code).toBe(0);
    const clinicId = idIn(made.text);
    const admin = secretIn(made.text);
    const clinics = await run("clinic", "list");
    expect(clinics.code).toBe(0);
    for (const cell of [clinicId, "Willow Skin Clinic", "America/Chicago", "09:00-20:00"]) {
      expect(clinics.text).toContain(` ${cell} `);
    }

    const set = await run("clinic", "set", clinicId, "--privacy", "neutral");
    expect(set).toMatchObject({ code: 0, text: expect.stringContaining("Changed privacy of") });
    expect((await run("clinic", "show", clinicId)).text).toMatch(/ privacy +│ neutral /);

    const created = await run("key", "create", "--label", "front desk");
    expect(created.text).toContain("for Willow Skin Clinic, role enroll.");
    const desk = secretIn(created.text);
    const keys = await run("key", "list");
    expect(keys.text).toContain(` ${idIn(created.text)} `);
    expect(keys.text).toContain(" front desk ");
    expect(keys.text).toContain(" first key ");
    for (const secret of [admin, desk]) expect(keys.text).not.toContain(secret);

    // The embedded engine's directory is the server's alone: there, a key is revoked between runs.
    const first = await startProgram(owner, ["serve"], env);
    expect(first.stdout()).not.toMatch(/\bac_/);
    let api = openApi(first.address, desk);
    const { status, body } = await api.enrol(PATIENT);
    expect(status).toBe(201);
    expect((await api.cancelTreatment(body.treatment.id)).status).toBe(403);
    if (kind === "embedded") await first.stop();

    const revoked = { code: 0, text: "Revoked.\n" };
    expect(await run("key", "revoke", idIn(created.text))).toEqual(revoked);
    const second = kind === "embedded" ? await startProgram(owner, ["serve"], env) : first;
    api = openApi(second.address, desk);
    expect((await api.enrol(PATIENT)).status).toBe(401);
    const asAdmin = openApi(second.address, admin);
    expect((await asAdmin.cancelTreatment(body.treatment.id)).status).toBe(200);
    expect((await second.stop()).code).toBe(0);

    const again = await run("key", "revoke", idIn(created.text));
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining("no live key") });
    expect((await run("key", "revoke", "front desk")).code).toBe(1);
    expect((await run("key", "list")).text).toMatch(/front desk .*Z .*Z /);

    await run("clinic", "create", ...NEW_CLINIC);
    const unclear = await run("key", "create");
    expect(unclear).toMatchObject({ code: 2, text: expect.stringContaining("--clinic <id>") });
    const chosen = await run("key", "create", "--clinic", clinicId, "--role", "admin");
    expect(chosen.text).toContain("role admin");
  });
});

function idIn(text: string): string {
  const found = /\b[0-9a-f]{8}-[0-9a-f-]{27}\b/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no id in: ${text}`);
  return found;
}

function secretIn(text: string): string {
  const found = /\bac_[\w-]{43}/.exec(text)?.[0];
  if (found === undefined) throw new Error(`no key in: ${text}`);
  return found;
}
