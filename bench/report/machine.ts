import { availableParallelism, cpus, totalmem } from "node:os";

/** The day and what it ran on, in one line. */
export function machine(): string {
  const kind = cpus()[0]?.model.trim() ?? "unknown kind";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${today()}, ${availableParallelism()} cores (${kind}), ${memory} GiB of memory, Node ${process.version}`;
}

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
