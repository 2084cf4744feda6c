import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openDeployment } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type Owner, startProgram } from "../../support/program.ts";

const run = promisify(execFile);
const root = new URL("../../../", import.meta.url);

/** A command of a page, and what the page shows as its answer. */
interface Block {
  script: string;
  shown: string | null;
}

/** The commands of a page that talk to the server or prepare for it, in order. */
async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(new URL(page, root), "utf8");
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  return fences.flatMap(([, language, script = ""], index) => {
    if (language !== "sh" || !/\bcurl\b|^export /m.test(script)) return [];
    const [, after, shown = ""] = fences[index + 1] ?? [];
    return [{ script, shown: after === "json" ? shown : null }];
  });
}

/** Names in an answer whose values are the same at any time and for anybody. */
const STABLE = "after|code|detail|kind|locale|message|name|path|provider|step|title|use";

/** What an answer must have to be the one that a page shows, up to what the page leaves out. */
function factsOf(shown: string): string[] {
  const tight = shown.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_all, text?: string) => text ?? "");
  const names = tight.match(/"\w+":/g) ?? [];
  const values = tight.match(new RegExp(`"(?:${STABLE})":(?:"[^"]*"|\\d+)`, "g")) ?? [];
  return [...new Set([...names, ...values.filter((value) => !value.includes("…"))])];
}

/** A shell that keeps its variables from one script to the next, in a directory of its own. */
async function openShell(owner: Owner) {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-walk-"));
  owner.onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(path.join(directory, "variables"), "");
  const hasCurl = await run("curl", ["--version"]).then(
    () => true,
    () => false,
  );
  // A small machine may have no curl; these pages use little of it.
  if (!hasCurl) await writeFile(path.join(directory, "curl"), STAND_IN, { mode: 0o755 });
  const PATH = `${process.env["PATH"]}${hasCurl ? "" : `:${directory}`}`;
  return async (script: string): Promise<string> => {
    const whole = `set -aeu\n. ./variables\n${script}\nexport -p > variables\n`;
    const { stdout } = await run("sh", ["-c", whole], { cwd: directory, env: { PATH } });
    return stdout;
  };
}

/** curl's -s, -H and -d, and nothing else. */
const STAND_IN = `#!/usr/bin/env node
const args = process.argv.slice(2);
const headers = new Headers();
let url, body;
while (args.length > 0) {
  const arg = args.shift();
  if (arg === "-s") continue;
  if (arg === "-H") headers.append(...args.shift().split(": "));
  else if (arg === "-d") body = args.shift();
  else if (arg.startsWith("-")) throw new Error("no curl here that knows " + arg);
  else url = arg;
}
fetch(url, { headers, ...(body && { method: "POST", body }) })
  .then((response) => response.text())
  .then((text) => process.stdout.write(text));
`;

describe("what the pages tell to type in", () => {
  it.for(["README.md", "docs/api.md"])(
    "%s: works, and is answered as shown",
    {
      timeout: 120_000,
    },
    async (page, { onTestFinished }) => {
      const blocks = await blocksOf(page);
      const [, key = ""] = /^export AFTERCARE_API_KEY=(\S+)$/m.exec(blocks[0]?.script ?? "") ?? [];
      const deployment = await openDeployment("embedded");
      onTestFinished(() => deployment.close());
      const program = await startProgram({ onTestFinished }, ["serve"], {
        ...deployment.env,
        AFTERCARE_API_KEY: key,
      });
      const shell = await openShell({ onTestFinished });

      const talks = blocks.filter(({ script }) => !script.includes("aftercare serve"));
      expect(talks.filter(({ shown }) => shown !== null).length).toBeGreaterThan(0);
      for (const { script, shown } of talks) {
        const here = script.replaceAll("http://localhost:3000", program.address);
        if (shown === null) {
          await shell(here);
          continue;
        }
        const facts = factsOf(shown);
        // Time passes while a person reads on: a message may be on its way still.
        const answeredAsShown = async () => {
          const answer = await shell(here);
          const lacks = facts.filter((fact) => !answer.includes(fact));
          if (lacks.length > 0) throw new Error(`the answer lacks ${lacks.join(", ")}: ${answer}`);
          return true;
        };
        await until(`the answer that ${page} shows to ${script}`, answeredAsShown, {
          deadlineMs: 5_000,
          everyMs: 500,
        });
      }
      expect((await program.stop()).code).toBe(0);
    },
  );
});
