import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { describeError } from "../../../src/errors.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { useRig } from "./rig.ts";

describe.each(DEPLOYMENTS)("a delivery that the ledger cannot record, on %s", (kind) => {
  const rig = useRig(kind);

  it("is told, leaves nothing of the patient in the queue, and is settled later", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    await sql`alter table aftercare.attempts add constraint full_disk check (ended_at is null)`.execute(
      rig.ledger.db,
    );
    rig.work();
    await rig.dispatch();
    const [job] = await until("the job has failed, and the worker has said so", async () => {
      const failed = await rig.queue.getFailed();
      return failed.length > 0 && rig.faults.length > 0 && failed;
    });
    const kept = JSON.stringify([job?.failedReason, job?.stacktrace, job?.data, job?.opts]);
    for (const secret of [patient.phone, patient.email, "Patient1", "Willow"]) {
      expect(kept).not.toContain(secret);
    }
    expect(job?.failedReason).toBe("a delivery was not recorded: error 23514");
    expect(rig.faults.splice(0).map(describeError)).toEqual([job?.failedReason]);
    expect((await rig.reminder(patient)).status).toBe("sending");

    await sql`alter table aftercare.attempts drop constraint full_disk`.execute(rig.ledger.db);
    rig.skip(61_000);
    await rig.rescue();
    expect((await rig.reminder(patient)).status).toBe("sent");
    expect(rig.texts(patient)).toHaveLength(1);
  });
});
