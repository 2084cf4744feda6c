const last = new Map<string, Promise<unknown>>();

/**
 * Does work of this process that has the same key one after the other, in the order in which it is asked
 * for. Resolves and rejects as `work` does; what fails keeps nobody waiting.
 */
export function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const mine = (last.get(key) ?? Promise.resolve()).then(work);
  const ended = mine.then(
    () => {},
    () => {},
  );
  last.set(key, ended);
  void ended.then(() => {
    if (last.get(key) === ended) last.delete(key);
  });
  return mine;
}
