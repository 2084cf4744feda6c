import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { pageWordsFile } from "../../support/pageWordsFile.ts";
import { REPLIES } from "../../support/replies.ts";

const PAGE = pageWordsFile({
  treatments: { peel: "Peel" },
  topics: { sun: "Sun", sauna: "Sauna" },
  permitted: { peel: { second: "You can." } },
});

/** Until when to wait, in a message that has to do without such a moment, too. */
const WAIT = "{% if wait.until %}{{ wait.until }}{% else %}we have talked{% endif %}";

/** A small protocol of two steps and a retraction with its messages in two languages, in which nothing is wrong. */
export const SOUND: Readonly<Record<string, string>> = {
  "jobs/peel.yaml": `name: peel
version: 1
title: Peel
source: a leaflet
steps:
  - key: first
    kind: caution
    topics: [sun]
    after: 0h
    expires: 24h
    channels: [sms, email]
    window: any
  - key: second
    kind: permission
    topics: [sun]
    after: 7d
    expires: 3d
    channels: [sms]
  - key: second-wait
    kind: retraction
    retracts: second
    topics: [sun]
    after: 0h
    expires: 7d
    channels: [sms]
`,
  "templates/peel/en/first.md": message("Hi {{ patient.firstName }}, no sun."),
  "templates/peel/en/second.md": message("The week is over."),
  "templates/peel/es/first.md": message("Hola, {{ patient.firstName }}, sin sol."),
  "templates/peel/es/second.md": message("La semana ha terminado."),
  "templates/peel/en/second-wait.md": message(`No sun until ${WAIT}, sorry.`),
  "templates/peel/es/second-wait.md": message(`Sin sol hasta ${WAIT}, perdone.`),
  "templates/privacy/en.yaml": privacyWords("your", "News for you"),
  "templates/privacy/es.yaml": privacyWords("su", "Hay una novedad"),
  "templates/layout.mjml": `<mjml><mj-body><mj-section><mj-column>
    <mj-text>{{ body | raw }}<a href="{{ unsubscribeUrl }}">stop</a></mj-text>
  </mj-column></mj-section></mj-body></mjml>`,
  "templates/replies/en.yaml": REPLIES,
  "templates/page/en.yaml": PAGE,
  "templates/page/es.yaml": PAGE,
  "templates/layout.txt": "{{ body }}\n{{ unsubscribeUrl }}\n",
};

/** A message file whose SMS names the clinic and whose email says the same. */
export function message(text: string): string {
  return `---\nsubject: A subject\nsms: "{{ clinic.name }}: ${text}"\n---\n\n${text}\n`;
}

/**
 * Writes a content root into a temporary folder that goes when the test ends: the sound files with
 * `changes` over them, where null leaves a file out. Returns the folder.
 */
export async function contentRoot(changes: Record<string, string | null> = {}): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "aftercare-content-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ ...SOUND, ...changes })) {
    if (text === null) continue;
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return root;
}

/** The text of the sound protocol with one piece of it replaced. */
export function protocolText(old: string, replacement: string): string {
  const text = SOUND["jobs/peel.yaml"] ?? "";
  if (!text.includes(old)) throw new Error(`the protocol has no "${old}"`);
  return text.replace(old, replacement);
}

/** The sound protocol with one piece of its text replaced. */
export function protocolWith(old: string, replacement: string): Record<string, string> {
  return { "jobs/peel.yaml": protocolText(old, replacement) };
}

/** The words of a language for each privacy tier. */
export function privacyWords(your: string, neutral: string): string {
  return `called:
  standard: ${your} visit
  explicit: ${your} {{ treatment.name }}
neutral:
  subject: ${neutral}
  sms: "{{ clinic.name }}: ${neutral}: {{ pageUrl }} STOP"
`;
}

/** The sound words of the pages with one piece of their text replaced. */
export function pageWith(old: string, replacement: string): Record<string, string> {
  if (!PAGE.includes(old)) throw new Error(`the words have no "${old}"`);
  return { "templates/page/en.yaml": PAGE.replace(old, replacement) };
}
