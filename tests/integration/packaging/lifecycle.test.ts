import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { meaningOfTwilioStatus } from "../../../src/channels/twilioOutcome.ts";
import { REMINDER_STATUSES, REMINDER_TRANSITIONS } from "../../../src/domain/reminder.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(root + name, "utf8");
const page = read("docs/reminder-lifecycle.md");

/** The names in backquotes in a cell of a table. */
const namesIn = (cell = "") => [...cell.matchAll(/`([^`\n]+)`/g)].map(([, name = ""]) => name);

/** The rows of every table whose head begins with `head`, each as its cells. */
function rowsUnder(head: string): string[][] {
  const tables = page.split(`\n| ${head} |`).slice(1);
  return tables.flatMap((table) => {
    const lines = table.split("\n");
    const end = lines.findIndex((line, index) => index > 0 && !line.startsWith("|"));
    return lines.slice(2, end).map((line) => line.split("|").slice(1, -1));
  });
}

/** What the source calls an event of the history. */
function eventTypes(): string[] {
  const files = ["ledger", "queue"].flatMap((folder) =>
    readdirSync(`${root}src/${folder}`)
      .filter((name) => name.endsWith(".ts") && !name.startsWith("pg"))
      .map((name) => read(`src/${folder}/${name}`)),
  );
  const written = files.flatMap((text) => [
    ...text.matchAll(/(?<!\()\b(?:type|event): (?:[^",;\n]* \? )?"([a-z ]+)"(?: : "([a-z ]+)")?/g),
  ]);
  const derived = /function eventOf[^]*?\n}/.exec(read("src/ledger/moves.ts"))?.[0] ?? "";
  const choices = [...derived.matchAll(/(?:return|\?|:) "([a-z ]+)"/g)];
  return [...written, ...choices].flatMap(([, ...types]) => types.filter(Boolean));
}

describe("docs/reminder-lifecycle.md", () => {
  it("draws every move of a reminder, and no other", () => {
    const [, diagram = ""] = /```mermaid\nstateDiagram-v2\n([^]*?)```/.exec(page) ?? [];
    const drawn = [...diagram.matchAll(/^ *(\w+) --> (\w+)/gm)].map(
      ([, from, to]) => `${from} to ${to}`,
    );
    const moves = Object.entries(REMINDER_TRANSITIONS).flatMap(([from, to]) =>
      to.map((each) => `${from} to ${each}`),
    );
    expect(drawn.toSorted()).toEqual(moves.toSorted());
  });

  it("explains every status, and says what a person can do in each", () => {
    const [explained = [], byHand = []] = page
      .split(/(?=^## By hand$)/m)
      .map((part) => rowsOfStatuses(part));
    expect(explained.toSorted()).toEqual(REMINDER_STATUSES.toSorted());
    expect(byHand.toSorted()).toEqual(REMINDER_STATUSES.toSorted());
  });

  it("explains every event of the history", () => {
    const told = rowsUnder("type").flatMap(([type]) => namesIn(type));
    const types = [...new Set(eventTypes())];
    expect(types.length).toBeGreaterThan(10);
    expect(types.filter((type) => !told.includes(type))).toEqual([]);
  });

  it("says of each of Twilio's codes what it comes to", () => {
    const table = rowsUnder("Twilio says").flatMap(([codes = "", outcome]) =>
      [...codes.matchAll(/\b\d{5}\b/g)].map(([code]) => [code, namesIn(outcome).join(" ")]),
    );
    const source = read("src/channels/twilioOutcome.ts");
    const known = [...source.matchAll(/^ {2}\[(\d+), "/gm)].map(([, code = ""]) => code);
    expect(Object.fromEntries(table)).toEqual(
      Object.fromEntries(known.map((code) => [code, outcomeOf(code)])),
    );
  });
});

/** The statuses in the first column of the tables of a part of the page. */
function rowsOfStatuses(part: string): string[] {
  const [, ...rows] = /^\| status \|[^]*?\n\n/m.exec(part)?.[0].split("\n") ?? [];
  return rows.flatMap((row) => namesIn(row.split("|")[1]));
}

function outcomeOf(code: string): string {
  const meaning = meaningOfTwilioStatus("failed", code);
  if (meaning?.status !== "undelivered") throw new Error(`${code} is no failure`);
  const { failure } = meaning;
  return failure.kind === "permanent" ? `permanent ${failure.reason}` : failure.kind;
}
