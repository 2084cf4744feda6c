import { describe, expect, it } from "vitest";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { useRig } from "./rig.ts";

describe.each(DEPLOYMENTS)("a queue that loses everything, on %s", (kind) => {
  const rig = useRig(kind);

  it("delays what was in it, and no more", async () => {
    const patients = [await rig.enrol("once"), await rig.enrol("once", ["email"])];
    await rig.dispatch();
    await rig.loseQueue();
    await rig.rescue();
    for (const patient of patients) {
      expect((await rig.reminder(patient)).status).toBe("queued");
    }

    rig.skip(31_000);
    await rig.rescue();
    rig.work();
    await rig.dispatch();
    for (const patient of patients) {
      await rig.ends(patient, "sent");
      expect(await rig.attempts(patient)).toMatchObject([{ dispatchNo: 2, status: "sent" }]);
      expect([...rig.texts(patient), ...rig.mails(patient)]).toHaveLength(1);
    }
  });

  it("does not end its workers", async () => {
    rig.work();
    const before = await rig.enrol("once");
    await rig.dispatch();
    await rig.ends(before, "sent");
    // The ledger knows of it before the queue does.
    await until("the job is done", async () => (await rig.queue.getActiveCount()) === 0);
    await rig.loseQueue();
    const after = await rig.enrol("once");
    await rig.dispatch();
    await rig.ends(after, "sent");
    expect(await rig.attempts(after)).toMatchObject([{ dispatchNo: 1 }]);
  });
});
