import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Names of the files and of the folders in a folder of the content, sorted, without hidden ones. */
export interface Listing {
  files: string[];
  folders: string[];
}

/** Lists a folder given by its path from `root`; null where there is no such folder. */
export async function listFolder(root: string, folder: string): Promise<Listing | null> {
  try {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true });
    const shown = entries.filter((entry) => !entry.name.startsWith("."));
    const names = (of: typeof shown) => of.map((entry) => entry.name).sort();
    return {
      files: names(shown.filter((entry) => entry.isFile())),
      folders: names(shown.filter((entry) => entry.isDirectory())),
    };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/**
 * The text of a file given by its path from `root`, with `\n` line ends and no byte order mark,
 * whatever editor wrote it; null where there is no such file.
 */
export async function readText(root: string, file: string): Promise<string | null> {
  try {
    const text = await readFile(path.join(root, file), "utf8");
    return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}
