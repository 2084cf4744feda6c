import type { Content } from "../../../src/content/content.ts";
import { pageWordsFile } from "../../support/pageWordsFile.ts";
import { writtenContent } from "./writtenContent.ts";

/** Steps by protocol, each as `after`, `expires`, and whether it goes out at any hour. */
const PROTOCOLS = {
  /** Due at enrolment, and fresh for a day. */
  once: [["0h", "24h", "any"]],
  /** Due at enrolment, and stale an hour later. */
  brief: [["0h", "1h", "any"]],
  /** Due after an hour, if the clinic's window is open then. */
  later: [["1h", "47h", "clinic"]],
  /** One due at once, one within the hour, one after it. */
  spread: [
    ["0h", "24h", "clinic"],
    ["30m", "24h", "clinic"],
    ["2h", "24h", "clinic"],
  ],
} as const;

export type RigProtocol = keyof typeof PROTOCOLS;

/** The rigs' own protocols and messages, read from files as the real ones are. */
export function loadRigContent(): Promise<Content> {
  return writtenContent(async (write) => {
    const steps = Object.values(PROTOCOLS).flatMap((each) => [...each.keys()]);
    const words = pageWordsFile({
      treatments: Object.fromEntries(Object.keys(PROTOCOLS).map((name) => [name, name])),
      topics: Object.fromEntries(steps.map((index) => [`topic-${index}`, `topic ${index}`])),
    });
    await write("templates/page/en.yaml", words);
    for (const [name, steps] of Object.entries(PROTOCOLS)) {
      const yaml = steps.map(([after, expires, window], index) => [
        `  - key: step-${index}`,
        "    kind: caution",
        `    topics: [topic-${index}]`,
        `    after: ${after}`,
        `    expires: ${expires}`,
        "    channels: [sms, email]",
        ...(window === "any" ? ["    window: any"] : []),
      ]);
      const head = [`name: ${name}`, "version: 1", `title: ${name}`, "source: a rig", "steps:"];
      await write(`jobs/${name}.yaml`, `${[...head, ...yaml.flat()].join("\n")}\n`);
      for (const index of steps.keys()) {
        const text = `{{ clinic.name }}: {{ patient.firstName }}, this is ${name} ${index}.`;
        const message = `---\nsubject: Rig ${name} ${index}\nsms: "${text}"\n---\n\n${text}\n`;
        await write(`templates/${name}/en/step-${index}.md`, message);
      }
    }
  });
}
