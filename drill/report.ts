import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { FAULTS } from "./faults/all.ts";
import type { Deployment } from "./installation.ts";

/**
 * Puts a deployment's table into the file, in place of the one that was there; the tables of other
 * deployments stay. What the file does not have is made.
 */
export async function writeReport(
  file: string,
  deployment: Deployment,
  table: string,
  command: string,
): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => introduction());
  const [begin, end] = ["begin", "end"].map((which) => `<!-- drill ${deployment}: ${which} -->`);
  const section = `${begin}\n\n${ranOn(command)}\n\n${table}\n\n${end}`;
  const old = new RegExp(`${begin}[^]*${end}`);
  const whole = old.test(text)
    ? text.replace(old, () => section)
    : `${text}\n## On ${TITLES[deployment]}\n\n${section}\n`;
  await writeFile(file, whole);
}

const TITLES: Readonly<Record<Deployment, string>> = {
  redis: "PostgreSQL and Redis",
  postgres: "PostgreSQL",
  embedded: "the embedded engine",
};

function ranOn(command: string): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "an unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${availableParallelism()} cores (${model}), ${memory} GiB of memory`;
  return `${day}, ${machine}, Node ${process.version}:\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function introduction(): string {
  const faults = FAULTS.map(({ name, about }) => `- \`${name}\`: ${about}`);
  return `# Reliability

What happens to promised reminders when something breaks. \`npm run drill\` wrote this page; it runs the
built program as real processes (two workers beside the API, or one process on the embedded engine) on a
PostgreSQL and a Redis of its own, enrols patients over HTTP, breaks something while messages flow, waits
for the end, and compares what the API says with what a Twilio and a mail server, both played, received.
That Twilio takes 50 to 300 ms for an answer, and posts receipts of half of the texts.

${faults.join("\n")}

A reminder is *promised* when the answer to its enrolment has it; those due within the next minute are
counted. *Received* are those that a provider took at least once; *ended otherwise* those that did not
arrive and say why. *Duplicates* are messages beyond the first, by cause: a mail server has no list of what
it took, so a mail whose fate is not known goes out again. *Early* is before the step is true or before the
promised time. *Outside window* are messages to patients of a second clinic that is closed at the time.
*After cancel* are those received although a cancel said that they were cancelled. *Lost* is what was
neither received nor ended with a reason, and what was still under way six minutes after the last
enrolment. *Unknown, settled* are those whose fate was not known for a while, and then was. *Worst lateness*
is from the promised time to the first arrival.
`;
}
