import { render } from "preact-render-to-string";
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Log } from "../log.ts";
import { type DayReader, type SeenDay, seeDay } from "./seenDay.ts";
import { LIVE_PARTS, type LivePart, todayParts } from "./todayView.tsx";

/** How often a clinic is looked at while somebody watches, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

/** Every so many looks, what is to come on the next days is counted anew. */
const LOOKS_PER_COMING = 30;

/** Gets the parts that have changed, drawn. */
export type Listener = (changed: ReadonlyMap<LivePart, string>) => void;

/** Looks at clinics for all who watch them in this process: once for each clinic. */
export interface TodayFeed {
  /** The listener hears all parts first, then whatever changes. Returns what ends it. */
  watch(clinic: Clinic, listener: Listener): () => void;
  /** Ends all; nothing is looked at any more. */
  close(): void;
}

interface Watched {
  clinic: Clinic;
  listeners: Set<Listener>;
  day: SeenDay | null;
  looks: number;
  parts: Map<LivePart, string>;
  timer: NodeJS.Timeout | null;
}

/** Makes the feed of a process. A look that fails is told to the log, and made again. */
export function todayFeed(options: DayReader & { clock: Clock; log: Log }): TodayFeed {
  const { clock, log } = options;
  const watched = new Map<string, Watched>();

  async function look(each: Watched): Promise<void> {
    try {
      const known = each.looks % LOOKS_PER_COMING === 0 ? null : each.day;
      const day = await seeDay(options, each.clinic, clock.now(), known);
      each.day = day;
      each.looks += 1;
      const drawn = todayParts(day);
      const changed = new Map<LivePart, string>();
      for (const part of LIVE_PARTS) {
        const html = render(drawn[part]);
        if (each.parts.get(part) !== html) changed.set(part, html);
        each.parts.set(part, html);
      }
      if (changed.size > 0) for (const listener of each.listeners) listener(changed);
    } catch (error) {
      log.warn({ part: "today", error: describeError(error) }, "will try again");
    }
    if (watched.get(each.clinic.id) !== each) return;
    each.timer = setTimeout(() => void look(each), LOOK_EVERY_MS);
  }

  function stop(each: Watched): void {
    if (each.timer !== null) clearTimeout(each.timer);
    watched.delete(each.clinic.id);
  }

  return {
    watch(clinic, listener) {
      const known = watched.get(clinic.id);
      const each: Watched = known ?? {
        clinic,
        listeners: new Set(),
        day: null,
        looks: 0,
        parts: new Map(),
        timer: null,
      };
      // Its name or hours may have been changed since the first viewer came.
      each.clinic = clinic;
      each.listeners.add(listener);
      if (known === undefined) {
        watched.set(clinic.id, each);
        void look(each);
      } else if (each.parts.size > 0) listener(each.parts);
      return () => {
        each.listeners.delete(listener);
        if (each.listeners.size === 0 && watched.get(clinic.id) === each) stop(each);
      };
    },
    close() {
      for (const each of watched.values()) stop(each);
    },
  };
}
