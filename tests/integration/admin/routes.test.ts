import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, PATIENT } from "../../support/clinic.ts";
import { joinClinic, type Member, type PageAnswer, visitorAt } from "../../support/staff.ts";
import { bring, fileOf, idOf } from "./importing.ts";
import { type Route, routesFor } from "./routes.ts";

describe("each page for staff", () => {
  const running = useApp("postgres");
  let routes: Route[];
  let ours: { id: string; admin: Member; desk: Member };
  let theirs: { id: string; admin: Member };
  /** What is theirs, by the word of the address that it stands behind. */
  let known: Record<string, string>;

  beforeAll(async () => {
    routes = await routesFor(running);
    const [one, other] = [
      await openClinic(running),
      await openClinic(running, { name: "Hillside" }),
    ];
    ours = {
      id: one.id,
      admin: await joinClinic(running, one.id, "admin"),
      desk: await joinClinic(running, one.id, "front_desk"),
    };
    theirs = { id: other.id, admin: await joinClinic(running, other.id, "admin") };
    const { treatment, reminders } = await other.enrol();
    const row = ["r-1", PATIENT.firstName, PATIENT.phone, PATIENT.email, "2026-11-23", "yes"];
    const brought = await bring(running, theirs.admin, fileOf([row]));
    known = {
      ":clinicId": other.id,
      patients: treatment.patientId,
      treatments: treatment.id,
      reminders: reminders[0]?.id ?? "",
      import: idOf(brought),
    };
  });

  /** The address of a route at a clinic, with what is the other clinic's in all other places. */
  function fill(url: string, clinicId: string): string {
    const parts = url.split("/");
    return parts
      .map((part, index) => {
        if (part === ":clinicId") return clinicId;
        if (!part.startsWith(":")) return part.replace("*", "any");
        return known[parts[index - 1] ?? ""] ?? "00000000-0000-4000-8000-000000000000";
      })
      .join("/");
  }

  function ask(visitor: Pick<Member, "get" | "post">, { method }: Route, path: string) {
    return method === "GET" ? visitor.get(path) : visitor.post(path, { reason: "to see" });
  }

  const ofClinics = () => routes.filter(({ url }) => url.includes(":clinicId"));

  function expectNothingTheirs(route: Route, { html }: PageAnswer): void {
    const about = `${route.method} ${route.url}`;
    const secrets = [PATIENT.firstName, PATIENT.phone, PATIENT.email, "Hillside"];
    const found = secrets.filter((each) => html.includes(each));
    expect({ about, found }).toEqual({ about, found: [] });
  }

  /** All rows that are the other clinic's, but for what the queue moves. */
  async function whatTheyHave(): Promise<string> {
    const { db } = running.app.ledger;
    const of = { clinic_id: theirs.id };
    const tables = [
      "patients",
      "treatments",
      "staff",
      "api_keys",
      "opt_outs",
      "events",
      "imports",
      "import_rows",
    ] as const;
    const rows = await Promise.all(
      tables.map((table) =>
        db.selectFrom(table).selectAll().where("clinic_id", "=", of.clinic_id).execute(),
      ),
    );
    return JSON.stringify(rows);
  }

  it("is one of several", () => {
    expect(ofClinics().length).toBeGreaterThan(0);
    expect(ofClinics().map(({ url }) => url)).toContain("/admin/:clinicId/import/:id/bad.csv");
  });

  it("asks strangers to sign in", async () => {
    for (const route of routes.filter(({ staff }) => staff !== "anyone")) {
      const stranger = visitorAt(running.address);
      const answer = await ask(stranger, route, fill(route.url, ours.id));
      const expected = route.method === "GET" ? 303 : 401;
      expect(answer.status, `${route.method} ${route.url}`).toBe(expected);
    }
  });

  it("is not there for who works elsewhere", async () => {
    const before = await whatTheyHave();
    for (const route of ofClinics()) {
      const answer = await ask(ours.admin, route, fill(route.url, theirs.id));
      expect(answer.status, `${route.method} ${route.url}`).toBe(404);
      expectNothingTheirs(route, answer);
    }
    expect(await whatTheyHave()).toBe(before);
  });

  it("neither shows nor changes another clinic's data at one's own", async () => {
    const before = await whatTheyHave();
    for (const route of ofClinics()) {
      // A stream does not end; it is asked for another clinic's above.
      if (route.url.endsWith("/live")) continue;
      const answer = await ask(ours.admin, route, fill(route.url, ours.id));
      expectNothingTheirs(route, answer);
      const inside = route.url.split("/:clinicId")[1] ?? "";
      const allowed = inside.includes("/:") ? [404, 422] : [answer.status];
      expect(allowed, `${route.method} ${route.url}`).toContain(answer.status);
    }
    expect(await whatTheyHave()).toBe(before);
  });

  it("refuses a front desk what is an admin's", async () => {
    for (const route of ofClinics().filter(({ staff }) => staff === "admin")) {
      const answer = await ask(ours.desk, route, fill(route.url, ours.id));
      expect(answer.status, `${route.method} ${route.url}`).toBe(403);
    }
  });

  it("refuses an admin what is an operator's", async () => {
    for (const route of routes.filter(({ staff }) => staff === "operator")) {
      const answer = await ask(ours.admin, route, fill(route.url, ours.id));
      expect(answer.status, `${route.method} ${route.url}`).toBe(403);
    }
  });
});
