import { Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { addClinicOptions, changesIn, clinicName } from "../../../src/commands/clinicOptions.ts";

/** What the options of `clinic set` come to, or what is said of them. */
function read(...args: string[]) {
  let said = "";
  const command = new Command("set").exitOverride().option("--name <name>", "", clinicName);
  addClinicOptions(command).configureOutput({ writeErr: (text) => (said += text) });
  try {
    command.parse(args, { from: "user" });
    return { changes: changesIn(command.opts()), said };
  } catch (error) {
    if (error instanceof CommanderError) return { changes: null, said };
    throw error;
  }
}

/** What is refused, and what the answer says of it. */
const REFUSED: [option: string, value: string, said: string][] = [
  ["--email", "desk", "one address such as"],
  ["--email", "a@b.test, c@d.test", "one address such as"],
  ["--postal-address", "12 Main St\nAlbany", "one line"],
  ["--postal-address", "x".repeat(201), "at most 200 characters"],
  ["--privacy", "secret", "Allowed choices are standard, explicit, neutral"],
  ["--phone", "1".repeat(41), "at most 40 characters"],
  ["--window", "9-17", "hours of one day"],
  ["--rebook-window", "mon-fri", "hours of one day"],
  ["--daily-cap", "0", "from 1 to 50"],
  ["--daily-cap", "three", "from 1 to 50"],
  ["--webhook-url", "http://rose.example.test/alarms", "such as https:"],
  ["--webhook-url", "https://me:pw@rose.example.test/", "such as https:"],
  ["--webhook-secret", "short", "24 to 200 characters"],
  ["--locale", "English", "a language such as en"],
  ["--locale", "en-usa", "a language such as en"],
  ["--name", "", "must not be empty"],
  ["--name", "x".repeat(61), "at most 60 characters"],
];

describe("the options of a clinic", () => {
  it.each(REFUSED)("are refused where they are wrong: %s %j", (option, value, said) => {
    const answer = read(option, value);
    expect(answer.changes).toBeNull();
    expect(answer.said).toContain(said);
  });

  it.each([
    ["--phone", "phone"],
    ["--email", "email"],
    ["--postal-address", "postalAddress"],
    ["--emergency-text", "emergencyText"],
    ["--webhook-url", "webhookUrl"],
    ["--webhook-secret", "webhookSecret"],
  ])("take away what can be absent, where they are empty: %s", (option, field) => {
    expect(read(option, "").changes).toEqual({ [field]: null });
  });

  it.each(["--privacy", "--window", "--rebook-window", "--daily-cap", "--locale"])(
    "take away nothing that a clinic must have: %s",
    (option) => {
      expect(read(option, "").changes).toBeNull();
    },
  );

  it("are trimmed, and a webhook may be on this machine while it is tried", () => {
    expect(read("--name", " Rose ", "--email", " desk@rose.example.test ").changes).toEqual({
      name: "Rose",
      email: "desk@rose.example.test",
    });
    const url = "http://127.0.0.1:8080/alarms";
    expect(read("--webhook-url", url).changes).toEqual({ webhookUrl: url });
  });

  it("change nothing that is not named", () => {
    expect(read().changes).toEqual({});
  });
});
