import { describe, expect, it } from "vitest";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { useDrill } from "./drill.ts";

describe.each(DEPLOYMENTS)("a queue that loses everything, on %s", (kind) => {
  const drill = useDrill(kind);

  it("delays what was in it, and no more", async () => {
    const patients = [await drill.enrol("once"), await drill.enrol("once", ["email"])];
    await drill.dispatch();
    await drill.loseQueue();
    await drill.rescue();
    for (const patient of patients) {
      expect((await drill.reminder(patient)).status).toBe("queued");
    }

    drill.skip(31_000);
    await drill.rescue();
    drill.work();
    await drill.dispatch();
    for (const patient of patients) {
      await drill.ends(patient, "sent");
      expect(await drill.attempts(patient)).toMatchObject([{ dispatchNo: 2, status: "sent" }]);
      expect([...drill.texts(patient), ...drill.mails(patient)]).toHaveLength(1);
    }
  });

  it("does not end its workers", async () => {
    drill.work();
    const before = await drill.enrol("once");
    await drill.dispatch();
    await drill.ends(before, "sent");
    await drill.loseQueue();
    const after = await drill.enrol("once");
    await drill.dispatch();
    await drill.ends(after, "sent");
    expect(await drill.attempts(after)).toMatchObject([{ dispatchNo: 1 }]);
  });
});
