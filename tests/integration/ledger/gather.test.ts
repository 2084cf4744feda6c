import { describe, expect, it } from "vitest";
import { type Batches, gather } from "../../../src/ledger/gather.ts";
import { until } from "../../support/poll.ts";

const BATCHES = { largest: 500, lingerMs: 5, atOnce: 2 };

/** Work that notes its batches, and goes on when it is told. */
function heldWork(
  refuse: (items: readonly number[]) => Error | null = () => null,
  how: Batches = BATCHES,
) {
  const batches: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const ask = gather(how, async (items: readonly number[]) => {
    batches.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    const refusal = refuse(items);
    if (refusal !== null) throw refusal;
    return items.map((item) => item * 10);
  });
  const letAll = async <T>(asked: Promise<T>): Promise<T> => {
    let done = false;
    const ended = asked.finally(() => {
      done = true;
    });
    while (!done) {
      gates.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return ended;
  };
  return { ask, batches, letAll };
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_each, index) => from + index);

describe("gathered work", () => {
  it("is a batch of what is asked for together, two at once, and then one of what came", async () => {
    const { ask, batches, letAll } = heldWork();
    const begun = (count: number) => until("a batch begins", () => batches.length === count);
    const asked = [ask(1), ask(2)];
    await begun(1);
    asked.push(ask(3));
    await begun(2);
    asked.push(ask(4));
    await new Promise((resolve) => setImmediate(resolve));
    asked.push(ask(5));
    expect(batches).toEqual([[1, 2], [3]]);
    expect(await letAll(Promise.all(asked))).toEqual([10, 20, 30, 40, 50]);
    expect(batches).toEqual([[1, 2], [3], [4, 5]]);
  });

  it("has 500 at most in a batch", async () => {
    const { ask, batches, letAll } = heldWork();
    const answers = await letAll(Promise.all(range(0, 1_200).map(ask)));
    expect(answers).toEqual(range(0, 1_200).map((item) => item * 10));
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 200]);
  });

  it("is done one by one where one of the batch cannot be done", async () => {
    const { ask, batches, letAll } = heldWork((items) =>
      items.includes(2) ? new Error("not this one") : null,
    );
    const ends = await letAll(Promise.allSettled([ask(1), ask(2), ask(3)]));
    expect(ends).toMatchObject([
      { status: "fulfilled", value: 10 },
      { status: "rejected", reason: { message: "not this one" } },
      { status: "fulfilled", value: 30 },
    ]);
    expect(batches).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it("ends with the outage that comes while it is done one by one", async () => {
    const outage = Object.assign(new Error("gone"), { code: "ECONNRESET" });
    const { ask, batches, letAll } = heldWork((items) =>
      items.length > 1 ? new Error("not all of these") : items.includes(2) ? outage : null,
    );
    const ends = await letAll(Promise.allSettled([ask(1), ask(2), ask(3)]));
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(batches).toEqual([[1, 2, 3], [1], [2]]);
  });

  it("tells an outage to all of the batch, once", async () => {
    const outage = Object.assign(new Error("gone"), { code: "ECONNRESET" });
    const { ask, batches, letAll } = heldWork(() => outage);
    const ends = await letAll(Promise.allSettled([ask(1), ask(2)]));
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(batches).toEqual([[1, 2]]);
  });

  it("tells an outage to those who wait, too", async () => {
    const outage = Object.assign(new Error("gone"), { code: "ECONNRESET" });
    const { ask, batches, letAll } = heldWork(() => outage, { ...BATCHES, atOnce: 1 });
    const asked = [ask(1)];
    await until("a batch begins", () => batches.length === 1);
    asked.push(ask(2), ask(3));
    const ends = await letAll(Promise.allSettled(asked));
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(batches).toEqual([[1]]);
  });

  it("is overtaken where a batch hangs", async () => {
    const batches: (readonly number[])[] = [];
    const ask = gather({ ...BATCHES, atOnce: 1 }, async (items: readonly number[]) => {
      batches.push(items);
      if (batches.length === 1) await new Promise(() => {});
      return items;
    });
    void ask(1);
    await until("a batch begins", () => batches.length === 1);
    expect(await Promise.all([ask(2), ask(3)])).toEqual([2, 3]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it("is a batch of what is there, where nobody is waited for", async () => {
    const { ask, batches, letAll } = heldWork(() => null, { ...BATCHES, lingerMs: 0 });
    expect(await letAll(Promise.all([ask(1), ask(2)]))).toEqual([10, 20]);
    expect(batches).toEqual([[1, 2]]);
  });
});
