/** Files that break one rule each, by their path; and the rule of the linter that must say so. */
export const VIOLATIONS: { name: string; rule: string; file: string; source: string }[] = [
  {
    name: "an import upward, from domain to ledger",
    rule: "eslint(no-restricted-imports)",
    file: "src/domain/upward.ts",
    source: 'export { openLedger } from "../ledger/ledger.ts";\n',
  },
  {
    name: "an import upward, from ledger to queue",
    rule: "eslint(no-restricted-imports)",
    file: "src/ledger/upward.ts",
    source: 'export { startWorker } from "../queue/worker.ts";\n',
  },
  {
    name: "an import upward of a type, from queue to app",
    rule: "eslint(no-restricted-imports)",
    file: "src/queue/upward.ts",
    source: 'export type { App } from "../app.ts";\n',
  },
  {
    name: "an import upward, from app to commands",
    rule: "eslint(no-restricted-imports)",
    file: "src/app.ts",
    source: 'export { say } from "./commands/output.ts";\n',
  },
  {
    name: "an import sideways, from http to queue",
    rule: "eslint(no-restricted-imports)",
    file: "src/http/sideways.ts",
    source: 'export { startWorker } from "../queue/worker.ts";\n',
  },
  {
    name: "an import sideways, from channels to content",
    rule: "eslint(no-restricted-imports)",
    file: "src/channels/sideways.ts",
    source: 'export { loadContent } from "../content/content.ts";\n',
  },
  {
    name: "a driver outside the ledger",
    rule: "eslint(no-restricted-imports)",
    file: "src/queue/driver.ts",
    source: 'export { Pool } from "pg";\n',
  },
  {
    name: "the queue's library outside the queue",
    rule: "eslint(no-restricted-imports)",
    file: "src/http/library.ts",
    source: 'export { Queue } from "bullmq";\n',
  },
  {
    name: "a provider's library in another provider's file",
    rule: "eslint(no-restricted-imports)",
    file: "src/channels/smtpElsewhere.ts",
    source: 'export { default } from "twilio";\n',
  },
  {
    name: "the web server's library in a command",
    rule: "eslint(no-restricted-imports)",
    file: "src/commands/library.ts",
    source: 'export { fastify } from "fastify";\n',
  },
  {
    name: "the pages' library in the queue",
    rule: "eslint(no-restricted-imports)",
    file: "src/queue/page.tsx",
    source: 'export { render } from "preact-render-to-string";\n',
  },
  {
    name: "the file system in domain",
    rule: "eslint(no-restricted-imports)",
    file: "src/domain/disk.ts",
    source: 'export { readFile } from "node:fs/promises";\n',
  },
  {
    name: "a cycle of imports",
    rule: "import(no-cycle)",
    file: "src/ledger/cycleOne.ts",
    source: 'import { two } from "./cycleTwo.ts";\nexport const one = (): number => two() + 1;\n',
  },
  {
    name: "a cycle of types alone",
    rule: "import(no-cycle)",
    file: "src/ledger/typeOne.ts",
    source:
      'import type { Two } from "./typeTwo.ts";\nexport interface One {\n  two: Two | null;\n}\n',
  },
  {
    name: "a file of 301 lines",
    rule: "eslint(max-lines)",
    file: "src/ledger/long.ts",
    source: `export const lines = [\n${"  0,\n".repeat(299)}];\n`,
  },
  {
    name: "the environment outside config.ts",
    rule: "eslint(no-restricted-properties)",
    file: "src/queue/environment.ts",
    source: 'export const home = process.env["HOME"];\n',
  },
  {
    name: "a promise that nobody waits for",
    rule: "typescript(no-floating-promises)",
    file: "src/queue/floating.ts",
    source: "export function forget(work: () => Promise<void>): void {\n  work();\n}\n",
  },
];

/** What the violations need beside them; nothing is wrong with these by themselves. */
export const COMPANIONS: Readonly<Record<string, string>> = {
  "src/ledger/cycleTwo.ts":
    'import { one } from "./cycleOne.ts";\nexport const two = (): number => one() - 1;\n',
  "src/ledger/typeTwo.ts":
    'import type { One } from "./typeOne.ts";\nexport interface Two {\n  one: One | null;\n}\n',
};

/** As near to a violation as can be: the linter must have nothing to say. */
export const ALLOWED: Readonly<Record<string, string>> = {
  "src/ledger/full.ts": `export const lines = [\n${"  0,\n".repeat(298)}];\n`,
  "src/queue/library.ts": 'export { Queue } from "bullmq";\n',
  "src/channels/twilioElsewhere.ts": 'export { default } from "twilio";\n',
  "src/http/downward.ts": 'export { openLedger } from "../ledger/ledger.ts";\n',
};
