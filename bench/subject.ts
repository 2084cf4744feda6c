import { cpSync } from "node:fs";
import { startProgram } from "../tests/support/program.ts";
import { openApi } from "../tests/support/programApi.ts";
import { withPrograms } from "./programs.ts";
import type { Deployment, Servers } from "./servers.ts";

export const KEY = "a-key-for-the-bench-of-the-whole-program";

/** What every program of the bench is started with, beside where its data is. */
export const SETTINGS = {
  AFTERCARE_API_KEY: KEY,
  LOG_LEVEL: "error",
  PUBLIC_URL: "https://care.example.test",
};

/** A ledger with the schema, the protocols and one patient who was enrolled over HTTP and cancelled. */
export interface Base {
  treatmentId: string;
  /** A copy of it for one run, with an empty Redis where the deployment has one. */
  copy: () => Promise<{ env: Record<string, string>; drop: () => Promise<void> }>;
}

const bases = new WeakMap<Servers, Map<Deployment, Promise<Base>>>();

/** The one base of a deployment: copies of its rows are what the bench fills ledgers with. */
export function baseOf(servers: Servers, deployment: Deployment): Promise<Base> {
  const known = bases.get(servers) ?? new Map<Deployment, Promise<Base>>();
  bases.set(servers, known);
  const base = known.get(deployment) ?? makeOrTake(servers, deployment);
  known.set(deployment, base);
  return base;
}

/** With Redis the ledger is the same, and Redis is empty. */
async function makeOrTake(servers: Servers, deployment: Deployment): Promise<Base> {
  if (deployment !== "redis") return makeBase(servers, deployment);
  const { treatmentId, copy } = await baseOf(servers, "postgres");
  return {
    treatmentId,
    async copy() {
      const { env, drop } = await copy();
      return { env: { ...env, REDIS_URL: await servers.emptyRedis() }, drop };
    },
  };
}

async function makeBase(servers: Servers, deployment: Exclude<Deployment, "redis">): Promise<Base> {
  const env = await servers.envOf(deployment);
  const serve = deployment === "embedded" ? ["serve"] : ["serve", "--api-only"];
  const treatmentId = await withPrograms(async (owner) => {
    const server = await startProgram(owner, serve, { ...env, ...SETTINGS });
    const api = openApi(server.address, KEY);
    const patient = { firstName: "Ana", phone: "+12125550100", email: "ana@example.test" };
    const { status, body } = await api.enrol(patient);
    if (status !== 201) throw new Error(`the enrolment was answered ${status}`);
    // So that nothing of it is sent later. What is copied of it is not cancelled.
    await api.cancelTreatment(body.treatment.id);
    await server.stop();
    return body.treatment.id;
  });
  return {
    treatmentId,
    async copy() {
      const { DATA_DIR, DATABASE_URL } = env;
      if (DATA_DIR !== undefined) {
        const copied = servers.newPath();
        cpSync(DATA_DIR, copied, { recursive: true });
        return { env: { ...SETTINGS, DATA_DIR: copied }, drop: async () => {} };
      }
      const url = await servers.newDatabase(DATABASE_URL);
      return {
        env: { ...SETTINGS, DATABASE_URL: url },
        drop: () => servers.dropDatabase(url),
      };
    },
  };
}
