/** Work that is done again and again until it is stopped. */
export interface Loop {
  /** Does the work at once, or once more where it is being done already. */
  poke(): void;
  /** Ends the loop and waits for the round under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once and then every `everyMs` real milliseconds after it ended. A round that fails
 * is told to `onError` and does not end the loop. A long round can ask whether it is to end.
 */
export function startLoop(
  work: (isStopping: () => boolean) => Promise<void>,
  everyMs: number,
  onError: (error: unknown) => void,
): Loop {
  let stopped = false;
  let poked = false;
  let wake: () => void = () => {};

  const ended = (async () => {
    while (!stopped) {
      poked = false;
      await work(() => stopped).catch(onError);
      if (stopped || poked) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();

  return {
    poke() {
      poked = true;
      wake();
    },
    stop() {
      stopped = true;
      wake();
      return ended;
    },
  };
}
