import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A data directory of the embedded engine with an empty database in it, to be copied. */
export interface DataDirTemplate {
  directory: string;
  remove(): Promise<void>;
}

/**
 * Makes the template: the first start of the engine in a directory takes seconds, a copy of it a
 * fraction of one. In a process of its own, because the engine's memory is large.
 */
export async function makeDataDirTemplate(): Promise<DataDirTemplate> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-template-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  // Vitest ends at once when it is interrupted, without a teardown.
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const script = fileURLToPath(new URL("./makeDataDir.ts", import.meta.url));
  try {
    await promisify(execFile)(process.execPath, ["--import", "tsx", script, directory]);
  } catch (error) {
    await remove();
    throw new Error(`the embedded engine did not start: ${String(error)}`, { cause: error });
  }
  return { directory, remove };
}
