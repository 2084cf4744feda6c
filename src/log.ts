import { type DestinationStream, pino } from "pino";
import type { Config } from "./config.ts";

export type Log = ReturnType<typeof openLog>;

/**
 * The program's log: one JSON line an event, on standard error unless `to` is given, so that standard
 * output stays for people. No name, number, address, text or key of anyone is ever put into it.
 */
export function openLog(level: Config["logLevel"], to: DestinationStream = pino.destination(2)) {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
}
