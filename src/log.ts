import { pino } from "pino";
import type { Config } from "./config.ts";

export type Log = ReturnType<typeof openLog>;

/**
 * The program's log: one JSON line an event on standard error, so that standard output stays for
 * people. No name, number, address, text or key of anyone is ever put into it.
 */
export function openLog(level: Config["logLevel"]) {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
