import { readFileSync } from "node:fs";

/** Ticks of a second in /proc, on every Linux that Node runs on. */
const TICKS = 100;

/** CPU time that a process has used so far, in milliseconds; NaN where there is no /proc. */
export function cpuMs(pid: number): number {
  try {
    // The name, in brackets, may hold blanks: what follows it does not.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1_000;
  } catch {
    return Number.NaN;
  }
}

/** Memory of a process that is in RAM, in bytes; NaN where there is no /proc. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}
