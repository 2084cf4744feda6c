import type { Clock } from "../clock.ts";
import type { PauseChange } from "../ledger/channelStates.ts";
import { type Deliverable, loadsOften } from "../ledger/deliverables.ts";
import {
  begunAmong,
  type ClaimRequest,
  claim,
  isArrival,
  type Recorded,
  record,
  recordArrivals,
} from "../ledger/delivery.ts";
import { type Batches, gather } from "../ledger/gather.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { throughOutage } from "./outage.ts";

/**
 * What the deliveries of one process ask of the ledger. Deliveries that run side by side share a
 * statement: one for as many as wait, in place of one for each. Each waits for the ledger where
 * that is away, as `throughOutage` says.
 */
export interface Statements {
  /** A reminder as it is; undefined where there is none. */
  load(reminderId: string, clock: Pick<Clock, "now">): Promise<Deliverable | undefined>;
  /** Whether the reminder is ours to send: see `claim`. */
  claim(request: ClaimRequest, clock: Pick<Clock, "now">): Promise<boolean>;
  /** What changed for channels by it: see `record`. */
  record(recorded: Recorded, now: Date): Promise<PauseChange[]>;
}

/**
 * As much as a dispatcher hands over at once; and no patient notices a wait of 5 ms, which saves most of the
 * statements where there is always something to send.
 */
const BATCHES: Batches = { largest: 500, lingerMs: 5, atOnce: 2 };

/** Statements on `ledger` for deliveries that run side by side. */
export function gatherStatements(ledger: Ledger): Statements {
  const loadOften = loadsOften(ledger);
  const load = gather(BATCHES, (asked: readonly Asked<string>[]) =>
    throughOutage(async () => {
      const ids = asked.map(({ what }) => what);
      const found = await loadOften([...new Set(ids)], present(asked));
      const byId = new Map(found.map((each) => [each.reminderId, each]));
      return ids.map((id) => byId.get(id));
    }),
  );
  const claimed = gather(BATCHES, (asked: readonly Asked<ClaimRequest>[]) => {
    const requests = asked.map(({ what }) => what);
    let isRepeated = false;
    return throughOutage(async () => {
      const begun = isRepeated ? await begunAmong(ledger, requests) : new Set<string>();
      isRepeated = true;
      const taken = await claim(ledger, requests, present(asked));
      return requests.map(
        ({ claimed: { attemptId } }) => taken.has(attemptId) || begun.has(attemptId),
      );
    });
  });
  const arrived = gather(BATCHES, (asked: readonly { what: Recorded; now: Date }[]) =>
    throughOutage(async () => {
      const arrivals = asked.map(({ what }) => what);
      const recorded = await recordArrivals(ledger, arrivals, latest(asked.map(({ now }) => now)));
      return arrivals.map(({ claimed }) => recorded.has(claimed.attemptId));
    }),
  );
  return {
    load: (what, clock) => load({ what, clock }),
    claim: (what, clock) => claimed({ what, clock }),
    async record(what, now) {
      if (isArrival(what) && (await arrived({ what, now }))) return [];
      return throughOutage(() => record(ledger, what, now));
    },
  };
}

interface Asked<What> {
  what: What;
  clock: Pick<Clock, "now">;
}

/** The present of a batch by its clocks, of which there is one: read when its statement is run. */
function present(asked: readonly Asked<unknown>[]): Date {
  const clocks = new Set(asked.map(({ clock }) => clock));
  return latest([...clocks].map((clock) => clock.now()));
}

function latest(instants: readonly Date[]): Date {
  return new Date(Math.max(...instants.map((instant) => instant.getTime())));
}
