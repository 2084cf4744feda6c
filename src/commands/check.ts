import type { Command } from "commander";
import { checkContent } from "../content/check.ts";
import { say, sayTable } from "./output.ts";

/** `aftercare check`: whether every protocol and message can go out as it is. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description(
      "validate the protocols in jobs/ and the messages in templates/; exit 1 on a problem",
    )
    .action(async () => {
      const report = await checkContent();
      sayTable(
        ["protocol", "step", "language", "encoding", "characters", "segments"],
        report.messages.map((each) => [
          each.protocol,
          each.step,
          each.locale,
          each.encoding,
          String(each.characters),
          String(each.segments),
        ]),
      );
      for (const problem of report.problems) say(`${problem.file}: ${problem.message}`);
      for (const note of report.notes) say(note);
      const count = report.problems.length;
      say(`${report.messages.length} messages, ${count} ${count === 1 ? "problem" : "problems"}.`);
      if (count > 0) process.exitCode = 1;
    });
}
