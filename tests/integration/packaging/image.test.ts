import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openDeployment } from "../../support/deployments.ts";
import { runProgram, startProgram } from "../../support/program.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(`${root}${name}`, "utf8");
const lines = (text: string) => text.split("\n").filter((line) => line && !line.startsWith("#"));

/** The instructions of the Dockerfile, each on one line. */
const instructions = lines(read("Dockerfile").replaceAll("\\\n", " "));
/** Those of the image that is kept. */
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

const rest = (verb: string) =>
  last.filter((line) => line.startsWith(`${verb} `)).map((line) => line.slice(verb.length + 1));
const args = (text: string | undefined) => z.array(z.string()).parse(JSON.parse(text ?? ""));

const [, main = ""] = args(rest("ENTRYPOINT")[0]);
const [, healthcheck] = /CMD (\[.*\])$/.exec(rest("HEALTHCHECK")[0] ?? "") ?? [];

/** Runs the image's question whether it is alive, as the container engine would; the exit code. */
async function isAlive(port: string): Promise<unknown> {
  const [node, ...script] = args(healthcheck);
  expect(node).toBe("node");
  const child = spawn(process.execPath, script, { env: { PORT: port }, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code;
}

describe("the container image", () => {
  it("is built and run on one version of Node", () => {
    const bases = instructions.filter((line) => line.startsWith("FROM "));
    expect(bases).toEqual(["FROM node:20-bookworm-slim AS build", "FROM node:20-bookworm-slim"]);
  });

  it("gets what it copies, and the builder gets nothing else", () => {
    const copied = instructions
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
      .flatMap((line) => line.split(" ").slice(1, -1));
    expect(copied.filter((name) => !existsSync(`${root}${name}`))).toEqual([]);
    const [everything, ...allowed] = lines(read(".dockerignore"));
    expect(everything).toBe("*");
    expect(allowed.sort()).toEqual([...new Set(copied)].map((name) => `!${name}`).sort());
  });

  it("installs what the program needs to run, and nothing that only builds or tests it", () => {
    expect(rest("RUN")[0]).toMatch(/^npm ci --omit=dev --ignore-scripts /);
    expect(rest("COPY")).toContain("--from=build /app/dist ./dist");
  });

  it("runs as nobody in particular, and can be reached and stopped", () => {
    expect(rest("USER")).toEqual(["node"]);
    expect(rest("ENV")).toEqual(["NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data"]);
    expect(rest("VOLUME")).toEqual(["/data"]);
    expect(rest("EXPOSE")).toEqual(["3000"]);
    expect(rest("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(instructions.findIndex((line) => line.includes("chown node:node /data"))).toBeLessThan(
      instructions.indexOf("USER node"),
    );
  });

  it("starts a command of the program", async () => {
    expect(args(rest("ENTRYPOINT")[0])).toEqual(["node", "dist/main.js"]);
    const { code } = await runProgram(
      [...args(rest("CMD")[0]), "--help"],
      {},
      { main: root + main },
    );
    expect(code).toBe(0);
  });

  it("knows a live program from a dead one", { timeout: 60_000 }, async ({ onTestFinished }) => {
    const deployment = await openDeployment("embedded");
    onTestFinished(() => deployment.close());
    const program = await startProgram({ onTestFinished }, args(rest("CMD")[0]), deployment.env);
    const { port } = new URL(program.address);
    expect(await isAlive(port)).toBe(0);
    expect((await program.stop()).code).toBe(0);
    expect(await isAlive(port)).toBe(1);
  });
});
