/**
 * Where the program gets the time from. Everything that decides when a patient is texted asks a
 * clock, never `Date.now()`, so that the demo and the tests can run months in seconds.
 */
export interface Clock {
  /** The present instant. */
  now(): Date;
  /** How long, in real milliseconds, `ms` milliseconds of this clock take from now on. */
  toRealMs(ms: number): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  toRealMs: (ms) => ms,
};

/** A clock that is set by another, and goes on from there by itself. */
export interface SteeredClock extends Clock {
  /** Sets it to a reading that was taken no later than now. */
  set(reading: Date): void;
  /** Whether it is to be set again: its reading is old, or the machine was suspended since. */
  isStale(): boolean;
}

/** How old a reading may become, in milliseconds. */
const READING_LASTS_MS = 30_000;

/** By how much the machine's clock and what has run may part before it was suspended, or set. */
const PARTED_MS = 2_000;

/**
 * The ledger's clock, as it was last read: processes on machines whose clocks differ agree on the
 * time by it. In between it follows what has elapsed, not the machine's clock, which may be wrong or
 * be put right. It is never ahead of the ledger's, but by what the two drift apart between readings.
 */
export function steeredClock(): SteeredClock {
  const parting = () => Date.now() - performance.now();
  let offset = parting();
  let read = { ran: -Infinity, parting: parting() };
  return {
    now: () => new Date(Math.floor(offset + performance.now())),
    toRealMs: (ms) => ms,
    set(reading) {
      offset = reading.getTime() - performance.now();
      read = { ran: performance.now(), parting: parting() };
    },
    isStale() {
      const parted = Math.abs(parting() - read.parting) > PARTED_MS;
      return parted || performance.now() - read.ran > READING_LASTS_MS;
    },
  };
}

/** A clock that runs at a pace of its own, and can hurry over a stretch. It never goes back. */
export interface ScaledClock extends Clock {
  /** Reaches `instant` in `realMs` real milliseconds, then goes on at its pace. */
  hurryTo(instant: Date, realMs: number): void;
}

/** A clock that starts at `start` and lets `pace` of its milliseconds pass in a real one. */
export function scaledClock(start: Date, pace: number): ScaledClock {
  let from = start.getTime();
  let since = performance.now();
  let hurry = { gain: 0, realMs: 0 };

  const nowMs = () => {
    const passed = performance.now() - since;
    if (passed < hurry.realMs) return from + (passed / hurry.realMs) * hurry.gain;
    return from + hurry.gain + (passed - hurry.realMs) * pace;
  };
  return {
    now: () => new Date(Math.floor(nowMs())),
    toRealMs: (ms) => ms / pace,
    hurryTo(instant, realMs) {
      from = nowMs();
      since = performance.now();
      hurry = { gain: Math.max(0, instant.getTime() - from), realMs };
    },
  };
}
