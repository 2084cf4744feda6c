import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { updateClinic } from "../../../src/ledger/clinics.ts";
import { loadDeliverables } from "../../../src/ledger/deliverables.ts";
import { ENGINES } from "../ledger/engine.ts";
import { type Enrolled, useRig } from "./rig.ts";

describe.each(ENGINES)("what a clinic has set, on the %s engine", (kind) => {
  const rig = useRig(kind);

  /** Makes a reminder marketing, which the rig's protocols have none of. */
  async function marketing(of: Enrolled): Promise<Enrolled> {
    const { id } = of.reminder;
    const rows = rig.ledger.db.updateTable("reminders").set({ kind: "rebook" });
    await rows.where("id", "=", id).execute();
    return of;
  }

  it("holds for what goes out from then on: how much a text says", async () => {
    rig.work();
    const open = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    await rig.ends(open, "sent");
    expect(rig.texts(open)[0]?.params.Body).toContain("this is once 0.");

    await updateClinic(rig.ledger.db, rig.clinic.id, { privacy: "neutral" });
    const closed = await rig.enrol("once", ["sms"]);
    await rig.dispatch();
    await rig.ends(closed, "sent");
    expect(rig.texts(closed)[0]?.params.Body).toMatch(
      /^Willow Skin Clinic: news at https:\/\/care\.example\.test\/t\/[\w-]{22} for you$/,
    );
    await updateClinic(rig.ledger.db, rig.clinic.id, { privacy: "standard" });
  });

  it("keeps marketing back that has no postal address at its foot, where it can be seen", async () => {
    rig.work();
    const patient = await marketing(await rig.enrol("once", ["email"]));
    await rig.dispatch();
    expect((await rig.ends(patient, "failed")).statusReason).toBe("no_postal_address");
    expect(rig.mails(patient)).toEqual([]);
    const [attempt] = await rig.attempts(patient);
    expect(attempt).toMatchObject({ status: "failed", code: "no_postal_address" });
    // It is this message that may not go: the channel works, and is not paused.
    expect(rig.pauses).toEqual([]);

    const other = await marketing(await rig.enrol("once", ["email", "sms"]));
    await rig.dispatch();
    await rig.ends(other, "scheduled");
    await rig.dispatch();
    await rig.ends(other, "sent");
    expect(rig.texts(other)).toHaveLength(1);

    await updateClinic(rig.ledger.db, rig.clinic.id, { postalAddress: "12 Main St, Albany" });
    const third = await marketing(await rig.enrol("once", ["email"]));
    await rig.dispatch();
    await rig.ends(third, "sent");
    expect(rig.mails(third)).toHaveLength(1);
  });

  it("and until when a retraction says to wait, from its trace", async () => {
    const patient = await rig.enrol("later");
    const load = () => loadDeliverables(rig.ledger.db, [patient.reminder.id], rig.clock.now());
    expect((await load())[0]).toMatchObject({ kind: "caution", waitUntil: null });
    const until = "2026-11-28T20:30:00.000Z";
    for (const [waitUntil, expected] of [
      [until, until],
      [null, null],
    ]) {
      await sql`update aftercare.reminders set trace = trace || ${JSON.stringify({ waitUntil })}::jsonb
        where id = ${patient.reminder.id}`.execute(rig.ledger.db);
      expect((await load())[0]?.waitUntil).toBe(expected);
    }
  });
});
