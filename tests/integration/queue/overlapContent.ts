import type { Content } from "../../../src/content/content.ts";
import { pageWordsFile } from "../../support/pageWordsFile.ts";
import { writtenContent } from "./writtenContent.ts";

/** A permission or another step: its kind, topics, and when it becomes true. */
type StepFacts = [kind: string, topics: string[], after: string];

/** Protocols whose topics overlap in every way: shorter, longer, in part, and never released. */
const PROTOCOLS: Record<string, StepFacts[]> = {
  needling: [
    ["caution", ["retinol", "gym", "sun"], "0h"],
    ["expectation", ["redness"], "5h"],
    ["permission", ["retinol"], "48h"],
    ["expectation", ["healing"], "50h"],
    ["permission", ["gym", "pool"], "72h"],
    ["permission", ["sun"], "7d"],
  ],
  peel: [
    ["caution", ["retinol", "acids", "sun"], "0h"],
    ["expectation", ["peeling"], "24h"],
    ["permission", ["sun", "retinol"], "5d"],
    ["expectation", ["glow"], "6d"],
  ],
  laser: [
    ["caution", ["gym", "sun", "makeup"], "0h"],
    ["permission", ["makeup"], "24h"],
    ["expectation", ["swelling"], "26h"],
    ["permission", ["gym"], "96h"],
    ["expectation", ["crusts"], "98h"],
  ],
  facial: [
    ["caution", ["makeup"], "0h"],
    ["permission", ["makeup", "pool"], "12h"],
    ["expectation", ["glow"], "13h"],
    ["expectation", ["shine"], "14h"],
  ],
};

export const OVERLAPPING = Object.keys(PROTOCOLS);

/** Content in which treatments overlap, read from files as the real one is. */
export function loadOverlapping(): Promise<Content> {
  return writtenContent(async (write) => {
    await write("templates/page/en.yaml", words());
    for (const [name, steps] of Object.entries(PROTOCOLS)) {
      const all = steps.flatMap((step, index) => stepText(step, index));
      const head = [`name: ${name}`, "version: 1", `title: ${name}`, "source: tests", "steps:"];
      await write(`jobs/${name}.yaml`, `${[...head, ...all].join("\n")}\n`);
      for (const key of keysOf(steps)) {
        const text = `{{ clinic.name }}: {{ patient.firstName }}, this is ${key} of ${name}.`;
        const until = "{% if wait.until %}{{ wait.until }}{% else %}we talked{% endif %}";
        const told = key.startsWith("wait") ? `${text} Wait until ${until}.` : text;
        const message = `---\nsubject: ${key}\nsms: "${told}"\n---\n\n${told}\n`;
        await write(`templates/${name}/en/${key}.md`, message);
      }
    }
  });
}

function stepText([kind, topics, after]: StepFacts, index: number): string[] {
  const step = (key: string, ...lines: string[]) => [
    `  - key: ${key}`,
    ...lines.map((line) => `    ${line}`),
    `    topics: [${topics.join(", ")}]`,
    "    channels: [sms, email]",
  ];
  const own = step(`step-${index}`, `kind: ${kind}`, `after: ${after}`, "expires: 8d");
  if (kind !== "permission") return own;
  const takesBack = ["kind: retraction", `retracts: step-${index}`, "after: 0h", "expires: 5d"];
  return [...own, ...step(`wait-${index}`, ...takesBack)];
}

function keysOf(steps: readonly StepFacts[]): string[] {
  return steps.flatMap(([kind], index) =>
    kind === "permission" ? [`step-${index}`, `wait-${index}`] : [`step-${index}`],
  );
}

function words(): string {
  const topics = new Set(Object.values(PROTOCOLS).flatMap((steps) => steps.flatMap(([, t]) => t)));
  const permitted = Object.entries(PROTOCOLS).map(([name, steps]) => [
    name,
    Object.fromEntries(
      steps.flatMap(([kind], index) =>
        kind === "permission" ? [[`step-${index}`, "You can."]] : [],
      ),
    ),
  ]);
  return pageWordsFile({
    treatments: Object.fromEntries(OVERLAPPING.map((name) => [name, name])),
    topics: Object.fromEntries([...topics].map((topic) => [topic, topic])),
    permitted: Object.fromEntries(permitted),
  });
}
