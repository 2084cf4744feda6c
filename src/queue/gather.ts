import { isOutage } from "../ledger/outage.ts";

/** The most that one batch has: as much as a dispatcher hands over at once. */
const LARGEST = 500;

/**
 * How long the first of a batch waits for others, in milliseconds: no patient notices, and where there is
 * always something to send it saves most of the statements.
 */
const LINGER_MS = 5;

/** How many batches are being done at once: while one is with the ledger another is made. */
const AT_ONCE = 2;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes work on many items of work on one: whatever is asked for while batches are being done is the
 * next one. `work` resolves with a result for each item, in their order, and does all of them or
 * none. Where it fails for another reason than an outage each item is done alone, so that one that
 * cannot be done does not keep the others from it; an outage is told to all.
 */
export function gather<Item, Result>(
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
      if (batch.length > 1 && !isOutage(error)) await doAlone(batch);
      else for (const { reject } of batch) reject(error);
    }
  };

  /** One by one, until there is an outage: that is one for the rest, too. */
  const doAlone = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    let outage: unknown = null;
    for (const { item, resolve, reject } of batch) {
      if (outage !== null) {
        reject(outage);
        continue;
      }
      try {
        const [result] = await work([item]);
        resolve(result as Result);
      } catch (error) {
        reject(error);
        if (isOutage(error)) outage = error;
      }
    }
  };

  const doAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, LARGEST);
      waiting = waiting.slice(LARGEST);
      await doBatch(batch);
    }
    running -= 1;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running >= AT_ONCE) return;
      running += 1;
      setTimeout(() => void doAll(), LINGER_MS);
    });
}
