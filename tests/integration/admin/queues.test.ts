import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, visitorAt } from "../../support/staff.ts";

/** Every kind of address that the board has: its pages, its files and its API. */
const PATHS = [
  "/admin/queues",
  "/admin/queues/",
  "/admin/queues/metrics-history",
  "/admin/queues/job-schedulers",
  "/admin/queues/queue/deliver",
  "/admin/queues/queue/deliver/1",
  "/admin/queues/static/images/logo.svg",
  "/admin/queues/api/queues",
  "/admin/queues/api/redis/stats",
  "/admin/queues/api/job-schedulers",
  "/admin/queues/api/queues/deliver/metrics",
  "/admin/queues/api/queues/deliver/workers",
  "/admin/queues/api/queues/deliver/1",
];

interface BoardJob {
  id: string;
  name: string;
  data: { tickets?: Record<string, unknown>[] };
}

describe.each(DEPLOYMENTS)("the queue's page on the deployment %s", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let operator: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    operator = await joinClinic(running, clinic.id, "front_desk", { operator: true });
  });

  async function jobs(): Promise<BoardJob[]> {
    const { html } = await operator.get(
      "/admin/queues/api/queues?activeQueue=deliver&status=latest&page=1&jobsPerPage=50",
    );
    const { queues } = JSON.parse(html) as { queues: { name: string; jobs: BoardJob[] }[] };
    return queues.find(({ name }) => name === "deliver")?.jobs ?? [];
  }

  it("shows the jobs, with nothing of a patient in them", async () => {
    const { reminders } = await clinic.enrol({ firstName: "Wilhelmina" });
    const found = await until("a job", async () => {
      const all = await jobs();
      return all.length > 0 ? all : undefined;
    });
    const ids = reminders.map(({ id }) => id);
    for (const { data } of found) {
      expect(Object.keys(data)).toEqual(["tickets"]);
      expect(data.tickets).not.toHaveLength(0);
      for (const ticket of data.tickets ?? []) {
        expect(Object.keys(ticket).sort()).toEqual(["dispatchNo", "reminderId"]);
        expect(ids).toContain(ticket["reminderId"]);
      }
    }
    for (const path of PATHS) expect((await operator.get(path)).html).not.toContain("Wilhelmina");
    const [first] = found;
    const one = await operator.get(`/admin/queues/api/queues/deliver/${first?.id}`);
    expect(one.status).toBe(200);
    expect(one.html).not.toContain("Wilhelmina");
  });

  it("answers with what the queue's server says of itself", async () => {
    const { status } = await operator.get("/admin/queues/api/redis/stats");
    expect(status).toBe(200);
  });

  it.each(PATHS)("is not for a clinic's admin, nor for who has not signed in: %s", async (path) => {
    const admin = await joinClinic(running, clinic.id, "admin");
    const refused = await admin.get(path);
    expect(refused.status).toBe(403);
    expect(refused.html).toContain("<!doctype html>");
    const stranger = await visitorAt(running.address).get(path);
    expect(stranger.status).toBe(303);
    expect(stranger.location).toContain("/admin/sign-in");
  });

  it("changes nothing", async () => {
    const [job] = await jobs();
    for (const path of [
      "deliver/pause",
      "deliver/empty",
      "deliver/obliterate",
      `deliver/${job?.id}/clean`,
      `deliver/${job?.id}/retry`,
      `deliver/${job?.id}/promote`,
      "deliver/clean/completed",
      "pause",
    ]) {
      const url = `${running.address}/admin/queues/api/queues/${path}`;
      const headers = { cookie: operator.cookies(), origin: running.address };
      const answer = await fetch(url, { method: "PUT", headers });
      expect([path, answer.status]).toEqual([path, 405]);
    }
    expect((await jobs()).map(({ id }) => id)).toContain(job?.id);
  });

  it("may load its own files, and nothing of another host", async () => {
    const { status, headers, html } = await operator.get("/admin/queues");
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*/);
    const [, script = ""] = /<script defer src="(static[^"]+)"/.exec(html) ?? [];
    const file = await operator.get(`/admin/queues/${script}`);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toContain("javascript");
  });
});

describe.each(DEPLOYMENTS)("the page of a split queue on the deployment %s", (kind) => {
  const running = useApp(kind, { env: { QUEUE_SHARDS: "3" } });

  it("shows every part of it, and what is in each", async () => {
    const clinic = await openClinic(running);
    const operator = await joinClinic(running, clinic.id, "front_desk", { operator: true });
    await clinic.enrol({});
    const names = ["{deliver-0}", "{deliver-1}", "{deliver-2}"];
    const waiting = async () => {
      const { html } = await operator.get("/admin/queues/api/queues");
      const { queues } = JSON.parse(html) as {
        queues: { name: string; counts: Record<string, number> }[];
      };
      expect(queues.map(({ name }) => name).toSorted()).toEqual(names);
      return queues.filter(({ counts }) => (counts["waiting"] ?? 0) > 0);
    };
    const [own] = await until("a job", async () => {
      const found = await waiting();
      return found.length > 0 && found;
    });
    const page = await operator.get(`/admin/queues/queue/${encodeURIComponent(own?.name ?? "")}`);
    expect(page.status).toBe(200);
  });
});
