import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Lateness, latenessOf } from "./statistics.ts";

/** Enrolments that are asked for side by side. */
export interface Load {
  address: string;
  key: string;
  connections: number;
  amount: number;
  /** Patients are numbered from here on, so that each of them is new. */
  first: number;
}

/** What `load.ts` prints. */
export interface Loaded {
  statuses: Record<string, number>;
  errors: number;
  took: number[];
  tookMs: number;
}

/** Enrols patients over HTTP; throws where one of them is not answered 201. */
export async function enrolMany(load: Load): Promise<{ perSecond: number; took: Lateness }> {
  const script = fileURLToPath(new URL("load.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", script, JSON.stringify(load)],
    { maxBuffer: 64 * 2 ** 20 },
  );
  const { statuses, errors, took, tookMs } = JSON.parse(stdout) as Loaded;
  if (errors > 0 || statuses["201"] !== load.amount) {
    throw new Error(`enrolments were answered ${JSON.stringify(statuses)}, ${errors} not at all`);
  }
  return { perSecond: (load.amount / tookMs) * 1_000, took: latenessOf(took) };
}
