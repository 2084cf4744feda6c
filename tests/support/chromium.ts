import { access, constants } from "node:fs/promises";
import path from "node:path";

/** The names under which Debian and others install it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable"];

/**
 * Where Chromium is: the machine's own where it is on the PATH, else the one of an npm package, which
 * unpacks itself and the libraries that it needs into the temporary directory. To be called once for
 * all test files, because a file that another process is still writing cannot be started.
 */
export async function findChromium(): Promise<string> {
  return (await onPath()) ?? (await unpacked());
}

async function onPath(): Promise<string | null> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  for (const file of folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))) {
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return null;
}

async function unpacked(): Promise<string> {
  // It looks for this when it is loaded, and only then brings its libraries along.
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs20.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  return packaged.executablePath();
}
