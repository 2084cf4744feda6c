import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Content, loadContent } from "../../../src/content/content.ts";
import { REPLIES } from "../../support/replies.ts";

const LAYOUT = `<mjml><mj-body><mj-section><mj-column>
  <mj-text>{{ body | raw }} {{ unsubscribeUrl }}</mj-text>
</mj-column></mj-section></mj-body></mjml>`;

const PRIVACY = `called: { standard: your visit, explicit: "your {{ treatment.name }}" }
neutral: { subject: News, sms: "{{ clinic.name }}: news at {{ pageUrl }} for you" }
`;

/** Writes one file, by its path from the content's root. */
type Write = (file: string, text: string) => Promise<void>;

/**
 * The content that `author` writes, beside what every content has, read from files as the real one
 * is. The files are gone when it resolves.
 */
export async function writtenContent(author: (write: Write) => Promise<void>): Promise<Content> {
  const root = await mkdtemp(path.join(tmpdir(), "aftercare-content-"));
  const write: Write = async (file, text) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  try {
    await write("templates/layout.mjml", LAYOUT);
    await write("templates/layout.txt", "{{ body | raw }}\n{{ unsubscribeUrl }}\n");
    await write("templates/privacy/en.yaml", PRIVACY);
    await write("templates/replies/en.yaml", REPLIES);
    await author(write);
    return await loadContent(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
