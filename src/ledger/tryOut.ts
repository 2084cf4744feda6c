import type { Ledger, Queries } from "./ledger.ts";

/** Ends a transaction that is to leave nothing behind, and carries out what came of it. */
class TakenBack<T> extends Error {
  override readonly name = "TakenBack";
  readonly result: T;

  constructor(result: T) {
    super("a transaction was only tried out");
    this.result = result;
  }
}

/**
 * Does something in a transaction and takes all of it back: resolves with what would come of it
 * now. What it locks is locked that long, as if it were done.
 */
export async function tryOut<T>(ledger: Ledger, act: (db: Queries) => Promise<T>): Promise<T> {
  try {
    return await ledger.db.transaction().execute(async (db): Promise<T> => {
      throw new TakenBack(await act(db));
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.result as T;
    throw error;
  }
}
