import type { FastifyInstance, FastifyRequest } from "fastify";
import { type ApiKey, findApiKey } from "../ledger/apiKeys.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Role } from "../ledger/tables.ts";
import { HttpProblem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The least role that may call the route; every route behind `requireKey` sets it. */
    role?: Role;
  }
}

/** Whose request it is: the key, and the only clinic whose data it may see. */
export interface Caller {
  key: ApiKey;
  clinic: Clinic;
}

/** Lets only requests with a live API key of a sufficient role into the routes of `server`. */
export function requireKey(server: FastifyInstance, ledger: Ledger): void {
  server.decorateRequest("caller", null);
  server.addHook("onRequest", async (request) => {
    const secret = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (secret === undefined) {
      throw new HttpProblem(401, "no_key", "send your API key as: Authorization: Bearer <key>");
    }
    const caller = await findApiKey(ledger, secret);
    if (caller === undefined)
      throw new HttpProblem(401, "bad_key", "this API key is unknown or revoked");
    if (request.routeOptions.config.role === "admin" && caller.key.role !== "admin") {
      throw new HttpProblem(403, "admin_only", "this call needs a key with the role admin");
    }
    request.caller = caller;
  });
}

/** The caller of a request behind `requireKey`. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error("a route outside requireKey asked for its caller");
  return request.caller;
}

/** The caller as the history names it. */
export function actorOf(caller: Caller): string {
  return `key:${caller.key.id}`;
}
