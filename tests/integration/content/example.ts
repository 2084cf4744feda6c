import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The example protocol of tests/example/ beside what every installation has: the layout and the words
 * of the tiers. In a temporary folder that goes when the test ends; returns the folder.
 */
export async function exampleRoot(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "aftercare-example-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const copy = (from: string, to: string) =>
    cp(path.join(REPOSITORY, from), path.join(root, to), { recursive: true });
  await copy("tests/example", ".");
  for (const part of ["layout.mjml", "layout.txt", "privacy"]) {
    await copy(`templates/${part}`, `templates/${part}`);
  }
  return root;
}
