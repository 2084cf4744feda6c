import { describe, expect, it } from "vitest";
import {
  COULD_NOT_ASK,
  type Evidence,
  isGood,
  judge,
  type Received,
} from "../../../drill/verdict.ts";
import type { ReminderDetail } from "../../support/clinic.ts";

const DUE = Date.parse("2026-11-23T15:00:00Z");

/** One reminder, `r`, that was promised, sent as the attempt `r-1`, and arrived a second later. */
function evidence({
  reminder = {},
  attempt = {},
  received = [text("r-1", DUE + 1_000)],
  ...rest
}: {
  reminder?: Partial<ReminderDetail>;
  attempt?: Partial<ReminderDetail["attempts"][number]>;
  received?: Received[];
} & Partial<Pick<Evidence, "cancelled" | "ledger">> = {}): Evidence {
  return {
    promised: [{ reminderId: "r", dueAt: DUE, trueAt: DUE - 500 }],
    received,
    cancelled: [],
    receipts: new Set(["r-1", "an attempt that nobody made"]),
    ledger: [detail({ ...reminder, attempts: [{ ...detail().attempts[0], ...attempt } as never] })],
    ...rest,
  };
}

function detail(facts: Partial<ReminderDetail> = {}): ReminderDetail {
  const reminder = {
    id: "r",
    treatmentId: "t",
    patientId: "p",
    step: "essentials",
    channel: "sms",
    dueAt: new Date(DUE).toISOString(),
    status: "delivered",
    statusReason: null,
    trace: { trueAt: new Date(DUE - 500).toISOString() },
    attempts: [{ id: "r-1", dispatchNo: 1, channel: "sms", status: "delivered" }],
    events: [],
    ...facts,
  };
  return reminder as unknown as ReminderDetail;
}

const text = (from: string, at: number): Received => ({
  channel: "sms",
  from,
  at,
  toClosed: false,
});
const mail = (from: string, at: number): Received => ({
  channel: "email",
  from,
  at,
  toClosed: false,
});

const unknown = { type: "unknown", actor: "rescuer", detail: {}, at: new Date(DUE).toISOString() };

describe("the verdict of a drill", () => {
  it("is good where everything came once, and tells how late", () => {
    const verdict = judge(evidence());
    expect(verdict).toMatchObject({
      promised: 1,
      received: 1,
      early: 0,
      outsideWindow: 0,
      afterCancel: 0,
      lost: 0,
      worstLatenessMs: 1_000,
    });
    expect(isGood(verdict)).toBe(true);
  });

  it.each([
    ["is said to be sent and never came", { reminder: {}, received: [] }],
    ["is still queued", { reminder: { status: "queued" }, received: [] }],
    ["came, and still has no end", { reminder: { status: "unknown" } }],
    ["failed without a reason", { reminder: { status: "failed" }, received: [] }],
    ["is not in the ledger", { ledger: [], received: [] }],
  ])("counts as lost one that %s", (_how, facts) => {
    const verdict = judge(evidence(facts));
    expect(verdict.lost).toBe(1);
    expect(isGood(verdict)).toBe(false);
  });

  it("does not count as lost one that says why it did not come", () => {
    const failed = { status: "failed", statusReason: "never_settled" };
    const verdict = judge(evidence({ reminder: failed, received: [] }));
    expect(verdict).toMatchObject({ lost: 0, received: 0 });
    expect(verdict.endedOtherwise).toEqual(new Map([["failed: never_settled", 1]]));
    expect(isGood(verdict)).toBe(true);
  });

  it.each([
    ["the promised time", DUE - 1],
    ["its step is true", DUE - 501],
  ])("catches one that came before %s", (_what, at) => {
    const verdict = judge(evidence({ received: [text("r-1", at)] }));
    expect(verdict.early).toBe(1);
    expect(isGood(verdict)).toBe(false);
  });

  it("catches one that came before its step was true and was promised to nobody", () => {
    const all = evidence({ received: [text("r-1", DUE - 501)] });
    expect(judge({ ...all, promised: [] }).early).toBe(1);
  });

  it("catches a second text, whatever the ledger says of it", () => {
    const received = [text("r-1", DUE + 1_000), text("r-1", DUE + 2_000)];
    const verdict = judge(evidence({ reminder: { events: [unknown] }, received }));
    expect(verdict.duplicates).toEqual(new Map([["unexplained", 1]]));
    expect(isGood(verdict)).toBe(false);
  });

  it("excuses a second mail only where the first was in doubt", () => {
    const received = [mail("r", DUE + 1_000), mail("r", DUE + 60_000)];
    const inDoubt = judge(evidence({ reminder: { events: [unknown] }, received }));
    expect(inDoubt.duplicates).toEqual(new Map([[COULD_NOT_ASK, 1]]));
    expect(isGood(inDoubt)).toBe(true);

    const thrice = [...received, mail("r", DUE + 120_000)];
    const tooMany = judge(evidence({ reminder: { events: [unknown] }, received: thrice }));
    expect(tooMany.duplicates).toEqual(
      new Map([
        [COULD_NOT_ASK, 1],
        ["unexplained", 1],
      ]),
    );

    const certain = judge(evidence({ received }));
    expect(certain.duplicates).toEqual(new Map([["unexplained", 1]]));
    expect(isGood(certain)).toBe(false);
  });

  it("catches a mail after a text of the same reminder", () => {
    const received = [text("r-1", DUE + 1_000), mail("r", DUE + 60_000)];
    const verdict = judge(evidence({ reminder: { events: [unknown] }, received }));
    expect(verdict.duplicates).toEqual(new Map([["unexplained", 1]]));
  });

  it("catches a text of an attempt that the ledger does not have", () => {
    const received = [text("r-1", DUE + 1_000), text("other", DUE + 1_000)];
    const verdict = judge(evidence({ received }));
    expect(verdict.duplicates).toEqual(new Map([["of nothing in the ledger", 1]]));
    expect(isGood(verdict)).toBe(false);
  });

  it("catches what came of a second treatment of one patient", () => {
    const second = detail({ id: "s", treatmentId: "u" });
    const ledger = [detail(), { ...second, attempts: [{ ...second.attempts[0], id: "s-1" }] }];
    const received = [text("r-1", DUE + 1_000), text("s-1", DUE + 1_000)];
    const verdict = judge(evidence({ ledger: ledger as ReminderDetail[], received }));
    expect(verdict.duplicates).toEqual(new Map([["enrolled twice", 1]]));
  });

  it("catches one that came although a cancel said that it was cancelled", () => {
    const cancelled = [{ reminderId: "r", askedAt: DUE + 500 }];
    const reminder = { status: "cancelled" };
    const verdict = judge(evidence({ reminder, cancelled }));
    expect(verdict.afterCancel).toBe(1);
    expect(isGood(verdict)).toBe(false);

    const stopped = judge(evidence({ reminder, cancelled, received: [] }));
    expect(stopped).toMatchObject({ afterCancel: 0, lost: 0 });
    expect(stopped.endedOtherwise).toEqual(new Map([["cancelled", 1]]));
  });

  it("catches a message to a patient of a closed clinic", () => {
    const stray = { ...text("elsewhere", DUE), toClosed: true };
    const verdict = judge(evidence({ received: [text("r-1", DUE + 1_000), stray] }));
    expect(verdict.outsideWindow).toBe(1);
    expect(verdict.duplicates.size).toBe(0);
    expect(isGood(verdict)).toBe(false);
  });

  it("catches a receipt that was answered and forgotten", () => {
    const verdict = judge(evidence({ attempt: { status: "sent" } }));
    expect(verdict.receiptsForgotten).toBe(1);
    expect(isGood(verdict)).toBe(false);
  });

  it("counts those whose fate was not known for a while", () => {
    const verdict = judge(evidence({ reminder: { events: [unknown] } }));
    expect(verdict.unknownSettled).toBe(1);
    expect(judge(evidence({ reminder: { events: [unknown], status: "unknown" } }))).toMatchObject({
      unknownSettled: 0,
      lost: 1,
    });
  });
});
