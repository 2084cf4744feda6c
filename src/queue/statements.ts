import type { PauseChange } from "../ledger/channelStates.ts";
import { type Deliverable, loadOften } from "../ledger/deliverables.ts";
import {
  type ClaimRequest,
  claim,
  isArrival,
  type Recorded,
  record,
  recordArrivals,
} from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { gather } from "./gather.ts";
import { throughOutage } from "./outage.ts";

/**
 * What the deliveries of one process ask of the ledger. Deliveries that run side by side share a
 * statement: one for as many as wait, in place of one for each. Each waits for the ledger where
 * that is away, as `throughOutage` says.
 */
export interface Statements {
  /** A reminder as it is; undefined where there is none. */
  load(reminderId: string, now: Date): Promise<Deliverable | undefined>;
  /** Whether the reminder is ours to send: see `claim`. */
  claim(request: ClaimRequest, now: Date): Promise<boolean>;
  /** What changed for channels by it: see `record`. */
  record(recorded: Recorded, now: Date): Promise<PauseChange[]>;
}

/** Statements on `ledger` for deliveries that run side by side. */
export function gatherStatements(ledger: Ledger): Statements {
  const load = gather((asked: readonly Asked<string>[]) =>
    throughOutage(async () => {
      const ids = asked.map(({ what }) => what);
      const found = await loadOften(ledger, [...new Set(ids)], latest(asked));
      const byId = new Map(found.map((each) => [each.reminderId, each]));
      return ids.map((id) => byId.get(id));
    }),
  );
  const claimed = gather((asked: readonly Asked<ClaimRequest>[]) =>
    throughOutage(async () => {
      const requests = asked.map(({ what }) => what);
      const taken = await claim(ledger, requests, latest(asked));
      return requests.map(({ claimed }) => taken.has(claimed.attemptId));
    }),
  );
  const arrived = gather((asked: readonly Asked<Recorded>[]) =>
    throughOutage(async () => {
      const arrivals = asked.map(({ what }) => what);
      const recorded = await recordArrivals(ledger, arrivals, latest(asked));
      return arrivals.map(({ claimed }) => recorded.has(claimed.attemptId));
    }),
  );
  return {
    load: (what, now) => load({ what, now }),
    claim: (what, now) => claimed({ what, now }),
    async record(what, now) {
      if (isArrival(what) && (await arrived({ what, now }))) return [];
      return throughOutage(() => record(ledger, what, now));
    },
  };
}

interface Asked<What> {
  what: What;
  now: Date;
}

/** The present of a batch: that of whoever asked last. */
function latest(asked: readonly { now: Date }[]): Date {
  return new Date(Math.max(...asked.map(({ now }) => now.getTime())));
}
