import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic } from "../../support/clinic.ts";
import { ENGINES } from "./engine.ts";

// What an administrator of the database may try, besides the program itself.
describe.each(ENGINES)("the audit on the %s engine", (kind) => {
  const running = useApp(kind);

  it.each([
    ["changed", sql`update aftercare.events set actor = 'nobody'`],
    ["deleted", sql`delete from aftercare.events`],
    ["emptied", sql`truncate aftercare.events`],
  ])("cannot be %s", async (_what, statement) => {
    const clinic = await openClinic(running);
    await clinic.enrol();
    const { db } = running.app.ledger;
    const events = () => db.selectFrom("events").select(["id", "actor", "type"]).execute();
    const before = await events();
    await expect(statement.execute(db)).rejects.toThrow("events are only ever added");
    expect(before.length).toBeGreaterThan(0);
    expect(await events()).toEqual(before);
  });
});
