import { type Protocol, protocolSchema } from "../domain/protocol.ts";
import type { Problem } from "./problem.ts";
import { listFolder, readText } from "./sourceFile.ts";
import { parseYaml } from "./yamlFile.ts";

/** The folder of protocol files, from the content's root. */
export const PROTOCOL_FOLDER = "jobs";

/** The folder of words by privacy tier, beside the folders of messages: one file a language. */
export const PRIVACY_FOLDER = "privacy";

/** Names that no protocol can have: these folders of templates/ hold something else. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([PRIVACY_FOLDER, "replies", "page"]);

/** The protocols of a content root by name, and what is wrong with those that could not be read. */
export interface ReadProtocols {
  protocols: Map<string, Protocol>;
  problems: Problem[];
}

/** Reads every `jobs/*.yaml` under `root`. Throws only what the file system throws. */
export async function readProtocols(root: string): Promise<ReadProtocols> {
  const protocols = new Map<string, Protocol>();
  const listing = await listFolder(root, PROTOCOL_FOLDER);
  const names = listing?.files.filter((name) => /\.ya?ml$/.test(name)) ?? [];
  if (names.length === 0) {
    return { protocols, problems: [{ file: PROTOCOL_FOLDER, message: "holds no protocol file" }] };
  }

  const problems: Problem[] = [];
  for (const name of names) {
    const file = protocolFile(name);
    const read = parseProtocol((await readText(root, file)) ?? "");
    const messages = "problems" in read ? read.problems : namingProblems(name, read.protocol);
    problems.push(...messages.map((message) => ({ file, message })));
    if ("protocol" in read && messages.length === 0) {
      protocols.set(read.protocol.name, read.protocol);
    }
  }
  return { protocols, problems };
}

/** Path of a protocol file from the content's root. */
export function protocolFile(name: string): string {
  return `${PROTOCOL_FOLDER}/${name}`;
}

/** Reads one protocol file; each problem names the step and the field that it is about. */
export function parseProtocol(source: string): { protocol: Protocol } | { problems: string[] } {
  const read = parseYaml(source, protocolSchema, describePath);
  return "data" in read ? { protocol: read.data } : read;
}

/** A protocol is found by its name, so a file that is named otherwise would mislead its readers. */
function namingProblems(fileName: string, protocol: Protocol): string[] {
  if (RESERVED_NAMES.has(protocol.name)) {
    return [`name: "${protocol.name}" is the name of another folder of templates/; take another`];
  }
  if (fileName === `${protocol.name}.yaml`) return [];
  return [`name: "${protocol.name}" belongs in a file called ${protocol.name}.yaml`];
}

/** `steps.3.after` as an author would say it: `step "retinol-ok", after`. */
function describePath(path: readonly PropertyKey[], written: unknown): string {
  const [first, index, ...rest] = path;
  if (first !== "steps" || typeof index !== "number") return path.map(String).join(".");
  const key = keyOfStep(written, index);
  const step = key === null ? `step ${index + 1}` : `step "${key}"`;
  return rest.length === 0 ? step : `${step}, ${rest.map(String).join(".")}`;
}

function keyOfStep(written: unknown, index: number): string | null {
  const steps = fieldOf(written, "steps");
  const key = Array.isArray(steps) ? fieldOf(steps[index], "key") : undefined;
  return typeof key === "string" && key !== "" ? key : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}
