import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { parse, stringify } from "yaml";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The example protocol of tests/example/ beside what every installation has: the layout, the words
 * of the tiers and of the page, and the answers. In a temporary folder that goes when the test ends; returns the folder.
 */
export async function exampleRoot(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "aftercare-example-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const copy = (from: string, to: string) =>
    cp(path.join(REPOSITORY, from), path.join(root, to), { recursive: true });
  await copy("tests/example", ".");
  for (const part of ["layout.mjml", "layout.txt", "privacy", "replies"]) {
    await copy(`templates/${part}`, `templates/${part}`);
  }
  for (const [locale, names] of Object.entries(NAMES)) {
    const file = `templates/page/${locale}.yaml`;
    const shipped = parse(await readFile(path.join(REPOSITORY, file), "utf8")) as object;
    await mkdir(path.join(root, "templates/page"), { recursive: true });
    await writeFile(path.join(root, file), stringify({ ...shipped, ...names }));
  }
  return root;
}

/** What the patient's page calls the treatment, its topics and what it permits, by language. */
const NAMES = {
  en: {
    treatments: { "chemical-peel": "Chemical peel" },
    topics: {
      gym: "Hard workouts",
      retinol: "Retinol",
      sun: "Sun",
      tightness: "Tight skin",
      recovery: "Recovery",
      "next-visit": "Next visit",
    },
    permitted: { "chemical-peel": { "gym-ok": "You may go back.", "retinol-ok": "Gradually." } },
  },
  es: {
    treatments: { "chemical-peel": "Peeling químico" },
    topics: {
      gym: "Ejercicio intenso",
      retinol: "Retinol",
      sun: "Sol",
      tightness: "Piel tirante",
      recovery: "Recuperación",
      "next-visit": "Próxima visita",
    },
    permitted: { "chemical-peel": { "gym-ok": "Puede volver.", "retinol-ok": "Poco a poco." } },
  },
};
