import { afterAll, beforeAll } from "vitest";
import { openPglitePool } from "../../../src/ledger/pglitePool.ts";
import { openPool, type Pool } from "../../../src/ledger/pool.ts";
import { type Deployment, openDeployment } from "../../support/deployments.ts";

/** The two engines that a pool may be of; what holds for one must hold for the other. */
export const ENGINES = ["embedded", "postgres"] as const;

export type EngineKind = (typeof ENGINES)[number];

/** An engine with nothing in it, and its pool. */
export interface Engine {
  pool: Pool;
  /** Another pool of the same place; on the embedded engine only after the first has ended. */
  open(): Promise<Pool>;
}

/** Gives a `describe` block an engine of its own, empty at first. */
export function useEngine(kind: EngineKind): Engine {
  let deployment: Deployment | undefined;
  const engine: { pool: Pool | undefined } & Omit<Engine, "pool"> = {
    pool: undefined,
    open() {
      if (!deployment) throw new Error("the engine is there only while tests run");
      const { DATABASE_URL = "", DATA_DIR = "" } = deployment.env;
      return kind === "embedded"
        ? openPglitePool(DATA_DIR)
        : Promise.resolve(openPool(DATABASE_URL, { searchPath: "bullmq, public", max: 60 }));
    },
  };
  beforeAll(async () => {
    deployment = await openDeployment(kind);
    engine.pool = await engine.open();
  });
  afterAll(async () => {
    await engine.pool?.end();
    await deployment?.close();
  });
  return engine as Engine;
}
