/** Work that is done again and again until it is stopped. */
export interface Loop {
  /** Does the work at once or as soon as it may, or once more where it is being done already. */
  poke(): void;
  /** Ends the loop and waits for the round under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once and then every `everyMs` real milliseconds after it ended. A round that fails
 * is told to `onError` and does not end the loop. A long round can ask whether it is to end. Rounds begin
 * `apartMs` real milliseconds after one another at the soonest, so that many who poke share one; who pokes
 * after a rest does not wait.
 */
export function startLoop(
  work: (isStopping: () => boolean) => Promise<void>,
  everyMs: number,
  onError: (error: unknown) => void,
  apartMs = 0,
): Loop {
  let stopped = false;
  let poked = false;
  let resting = false;
  let wake: () => void = () => {};
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const ended = (async () => {
    while (!stopped) {
      poked = false;
      const began = performance.now();
      await work(() => stopped).catch(onError);
      if (!stopped && !poked) await sleep(everyMs);
      const early = began + apartMs - performance.now();
      resting = !stopped && early > 0;
      if (resting) await sleep(early);
      resting = false;
    }
  })();

  return {
    poke() {
      poked = true;
      if (!resting) wake();
    },
    stop() {
      stopped = true;
      wake();
      return ended;
    },
  };
}
