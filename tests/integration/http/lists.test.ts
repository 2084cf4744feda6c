import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import type { HttpAnswer } from "../../support/appCaller.ts";
import {
  type EnrolledAnswer,
  type FullReminder,
  openClinic,
  type PageAnswer,
  type TestClinic,
  type TreatmentBody,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { readOpenApi } from "./openapi.ts";

const TREATMENTS = 25;

describe.each(ENGINES)("lists on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let enrolled: EnrolledAnswer[];
  let patients = 0;

  const enrolNext = () => clinic.enrol({ externalId: `p-${++patients}` });

  beforeAll(async () => {
    clinic = await openClinic(running);
    enrolled = [];
    for (let count = 0; count < TREATMENTS; count++) {
      // Some in the same millisecond, so that only their ids tell them apart.
      if (count % 3 === 0) running.clock.moveBy(7_000);
      enrolled.push(await enrolNext());
    }
  });

  /** Reads a whole list a page at a time; `between` happens after each page. */
  async function readAll<T>(query: string, between: () => Promise<unknown> = async () => {}) {
    const pages: T[][] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const path: string = `/v1/${query}${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page: HttpAnswer<PageAnswer<T>> = await clinic.desk.get<PageAnswer<T>>(path);
      expect(page.status).toBe(200);
      pages.push(page.body.items);
      cursor = page.body.nextCursor;
      await between();
    }
    return pages;
  }

  it("of treatments have each once, the newest first, while new ones come in", async () => {
    const pages = await readAll<TreatmentBody>("treatments?limit=4", enrolNext);
    expect(pages.slice(0, -1).every((page) => page.length === 4)).toBe(true);
    const seen = pages.flat();
    const wanted = enrolled.map(({ treatment }) => treatment);
    expect(seen.filter(({ id }) => wanted.some((each) => each.id === id))).toHaveLength(TREATMENTS);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted((a, b) => byTime(b.createdAt, a.createdAt, b.id, a.id)));
    expect(seen.find(({ id }) => id === wanted[0]?.id)).toEqual(wanted[0]);
  });

  it("of reminders have each once, the earliest first, while new ones come in", async () => {
    const pages = await readAll<FullReminder>("reminders?limit=47", enrolNext);
    expect(pages.length).toBeGreaterThan(7);
    const seen = pages.flat();
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = enrolled.flatMap(({ reminders }) => reminders.map(({ id }) => id));
    expect(wanted).toHaveLength(TREATMENTS * 15);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(seen).toEqual(seen.toSorted((a, b) => byTime(a.dueAt, b.dueAt, a.id, b.id)));
  });

  it("end with a page that says so, also where it is full", async () => {
    const [patientId] = enrolled.map(({ treatment }) => treatment.patientId);
    const whole = await readAll<FullReminder>(`reminders?patientId=${patientId}&limit=15`);
    expect(whole.map((page) => page.length)).toEqual([15]);
    const one = await readAll<FullReminder>(`reminders?patientId=${patientId}&limit=14`);
    expect(one.map((page) => page.length)).toEqual([14, 1]);
    const { body } = await clinic.desk.get<PageAnswer<FullReminder>>("/v1/reminders");
    expect(body.items).toHaveLength(50);
  });

  it("are as the server's own document says", async () => {
    const own = await readOpenApi(running.address);
    for (const path of ["/v1/treatments", "/v1/reminders", "/v1/protocols"]) {
      const { body } = await clinic.desk.get(path);
      expect(own.faultsOf({ method: "get", path, status: 200 }, body)).toBeNull();
    }
  });

  it("are narrowed by patient and treatment", async () => {
    const [first, second] = enrolled.map(({ treatment }) => treatment);
    const of = (query: string) => readAll<FullReminder>(`reminders?${query}&limit=200`);
    const [mine = []] = await of(`treatmentId=${first?.id}`);
    expect(mine).toHaveLength(15);
    expect(mine.every(({ treatmentId }) => treatmentId === first?.id)).toBe(true);
    expect(await of(`patientId=${first?.patientId}`)).toEqual([mine]);
    expect(await of(`patientId=${second?.patientId}&treatmentId=${first?.id}`)).toEqual([[]]);
    const treatments = await readAll<TreatmentBody>(`treatments?patientId=${first?.patientId}`);
    expect(treatments.flat()).toEqual([first]);
  });

  it("are narrowed by due time, from included and to not", async () => {
    const id = enrolled[0]?.treatment.id;
    const of = async (query: string) =>
      (await readAll<FullReminder>(`reminders?treatmentId=${id}&${query}`)).flat();
    const all = await of("limit=200");
    const [gym, sunWeek] = ["gym-ok", "sun-week"].map((step) => all.find((x) => x.step === step));
    const between = await of(`from=${gym?.dueAt}&to=${sunWeek?.dueAt}`);
    expect(between.map(({ step }) => step)).toEqual(["gym-ok", "products-reminder"]);
    // The same instant, said with the patient's offset.
    const from = encodeURIComponent(gym?.localTime ?? "");
    expect(await of(`from=${from}&to=${sunWeek?.dueAt}`)).toEqual(between);
    expect(await of(`from=${gym?.dueAt}&to=${gym?.dueAt}`)).toEqual([]);
    expect(await of("to=2000-01-01T00:00:00Z")).toEqual([]);
  });

  it("are narrowed by status", async () => {
    const { treatment, reminders } = await enrolNext();
    const later = reminders.filter(({ dueAt }) => dueAt > treatment.createdAt);
    const ids = later.slice(0, 3).map(({ id }) => id);
    for (const id of ids) {
      await clinic.admin.post(`/v1/reminders/${id}/cancel`, { reason: "asked for" });
    }
    const of = async (query: string) =>
      (await readAll<FullReminder>(`reminders?treatmentId=${treatment.id}&${query}`)).flat();
    const cancelled = await of("status=cancelled");
    expect(cancelled.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    expect(await of("status=delivered")).toEqual([]);
    // The rest is scheduled, or on its way to the queue.
    const others = [...(await of("status=scheduled")), ...(await of("status=queued"))];
    expect(others.every(({ id }) => !ids.includes(id))).toBe(true);
  });
});

/** By time, and by id where the times are the same. */
function byTime(a: string, b: string, idOfA: string, idOfB: string): number {
  return a === b ? (idOfA < idOfB ? -1 : 1) : a < b ? -1 : 1;
}
