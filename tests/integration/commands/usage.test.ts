import { describe, expect, it } from "vitest";
import { runProgram } from "../../support/program.ts";

const COMMANDS = [
  "",
  "serve",
  "worker",
  "migrate",
  "plan",
  "check",
  "clinic",
  "clinic create",
  "clinic set",
  "clinic show",
  "clinic list",
  "key",
  "key create",
  "key list",
  "key revoke",
  "demo",
];

const AT = "--at 2026-03-06T15:30:00-05:00";
const TZ = "--tz America/New_York";
const CLINIC = "clinic create --name Willow --time-zone";

/** What is asked for wrongly, and what of it the answer names. */
const MISTAKES: [asked: string, named: string][] = [
  ["bogus", "unknown command 'bogus'"],
  ["serve --port 80", "unknown option '--port'"],
  ["plan microneedling", "'--at <time>' not specified"],
  [`plan ${AT} ${TZ}`, "missing required argument 'protocol'"],
  [`plan microneedling ${TZ} --at 2026-03-06T15:30:00`, "with its offset"],
  [`plan microneedling ${AT} --tz Mars/Olympus`, "IANA zone"],
  [`plan microneedling ${AT} ${TZ} --channels pigeon`, "sms, email, or both"],
  [`plan peeling ${AT} ${TZ}`, 'no protocol "peeling"; there is: microneedling'],
  [`${CLINIC} EST5`, "IANA zone"],
  [`${CLINIC} UTC --region Narnia`, "country code"],
  [`${CLINIC} UTC --window 20:00-09:00`, "hours of one day"],
  ["key create --role boss", "Allowed choices are enroll, admin"],
  ["demo --locale tlh", "Allowed choices are en, es"],
];

describe.concurrent("the command line", () => {
  it.each(COMMANDS)("explains itself: %s --help", async (command) => {
    const { code, stdout, stderr } = await runProgram([...words(command), "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: ${`aftercare ${command}`.trim()}\\b`));
  });

  it.each(MISTAKES)("says in one line what is wrong: %s", async (asked, named) => {
    const { code, stdout, stderr } = await runProgram(words(asked));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const [line = "", hint = "", ...more] = stderr.trimEnd().split("\n");
    expect(line).toMatch(/^(error|aftercare): /);
    expect(line).toContain(named);
    expect(["", "(--help shows what there is)"]).toContain(hint);
    expect(more).toEqual([]);
  });

  it.each(["", "clinic", "key"])(
    "shows what there is where it is not told which: %s",
    async (of) => {
      const { code, stdout, stderr } = await runProgram(words(of));
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^Usage: /);
    },
  );
});

const words = (command: string) => command.split(" ").filter((word) => word !== "");
