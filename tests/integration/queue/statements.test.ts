import type { RawBuilder } from "kysely";
import { describe, expect, it } from "vitest";
import { gatherStatements } from "../../../src/queue/statements.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { useRig } from "./rig.ts";

describe.each(DEPLOYMENTS)("a connection that is lost after a statement was run, on %s", (kind) => {
  const rig = useRig(kind);

  it.each(["claim", "record arrivals"])(
    "%s: each message goes out once, and is recorded",
    async (lost) => {
      const patients = [];
      while (patients.length < 6) patients.push(await rig.enrol("once", ["sms"]));
      let losses = 0;
      const ledger = {
        ...rig.ledger,
        async prepared<Row>(name: string, statement: RawBuilder<Row>) {
          const rows = await rig.ledger.prepared(name, statement);
          if (name === lost && losses === 0) {
            losses += 1;
            throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
          }
          return rows;
        },
      };
      rig.work({ ...rig.delivery, statements: gatherStatements(ledger) });
      await rig.dispatch();
      for (const patient of patients) {
        await rig.ends(patient, "sent");
        expect(await rig.attempts(patient)).toMatchObject([{ status: "sent" }]);
        expect(rig.texts(patient)).toHaveLength(1);
      }
      expect(losses).toBe(1);
    },
  );
});
