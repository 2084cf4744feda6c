import type { Ledger } from "./ledger.ts";
import { isOutage } from "./outage.ts";

/** How batches are made. */
export interface Batches {
  /** The most that one has. */
  largest: number;
  /** How long the first of a batch waits for others, in milliseconds; with 0 for those that are there. */
  lingerMs: number;
  /** How many are being done at once: while one is with the ledger another can be made. */
  atOnce: number;
}

/** How long a batch keeps those behind it waiting, in milliseconds: one that hangs must not stop all. */
const OVERTAKEN_AFTER_MS = 1_000;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes work on many items of work on one: whatever is asked for while batches are being done is the
 * next one. `work` resolves with a result for each item, in their order, and does all of them or
 * none. Where it fails for another reason than an outage each item is done alone, so that one that
 * cannot be done does not keep the others from it; an outage is told to all, also to those who wait.
 */
export function gather<Item, Result>(
  { largest, lingerMs, atOnce }: Batches,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = 0;

  const doBatch = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (isOutage(error)) tellAll(batch, error);
      else if (batch.length === 1) batch[0]?.reject(error);
      else await doAlone(batch);
    }
  };

  const tellAll = (batch: readonly Waiting<Item, Result>[], outage: unknown): void => {
    const all = [...batch, ...waiting];
    waiting = [];
    for (const { reject } of all) reject(outage);
  };

  /** One by one, until there is an outage: that is one for the rest, too. */
  const doAlone = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    for (const [index, { item, resolve, reject }] of batch.entries()) {
      try {
        const [result] = await work([item]);
        resolve(result as Result);
      } catch (error) {
        if (isOutage(error)) return tellAll(batch.slice(index), error);
        reject(error);
      }
    }
  };

  const doAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      await orAfter(OVERTAKEN_AFTER_MS, doBatch(batch));
    }
    running -= 1;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running >= atOnce) return;
      running += 1;
      if (lingerMs === 0) setImmediate(() => void doAll());
      else setTimeout(() => void doAll(), lingerMs);
    });
}

/** Resolves when `work` does, or after so many milliseconds. */
async function orAfter(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Somebody waits for the answer: nobody is waited for, and what comes meanwhile is one batch. */
const FOR_REQUESTS: Batches = { largest: 100, lingerMs: 0, atOnce: 1 };

/**
 * The same of what requests ask of a ledger: it is gathered for each ledger, whoever in the process asks.
 */
export function gatherOn<Item, Result>(
  work: (ledger: Ledger, items: readonly Item[]) => Promise<readonly Result[]>,
): (ledger: Ledger, item: Item) => Promise<Result> {
  const ofLedger = new WeakMap<Ledger, (item: Item) => Promise<Result>>();
  return (ledger, item) => {
    const known = ofLedger.get(ledger);
    if (known !== undefined) return known(item);
    const ask = gather(FOR_REQUESTS, (items: readonly Item[]) => work(ledger, items));
    ofLedger.set(ledger, ask);
    return ask(item);
  };
}
