import { cancelStorm } from "./cancels.ts";
import { diskFull } from "./disk.ts";
import type { Fault } from "./fault.ts";
import { clockSkew, killApi, killWorker, pauseWorker } from "./processes.ts";
import {
  duplicateReceipts,
  provider429,
  provider500,
  providerAcceptsThenDrops,
  providerHang,
} from "./providers.ts";
import { flushRedis, restartPostgres, stopRedis } from "./servers.ts";

/** Every fault that a drill knows, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  killWorker,
  killApi,
  pauseWorker,
  clockSkew,
  flushRedis,
  stopRedis,
  restartPostgres,
  diskFull,
  providerHang,
  provider500,
  provider429,
  providerAcceptsThenDrops,
  duplicateReceipts,
  cancelStorm,
];
