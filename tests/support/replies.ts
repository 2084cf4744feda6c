/** Answers to patients' texts for content of a test's own, in which nothing is wrong. */
export const REPLIES = ["stop", "start", "help", "alarm", "reply", "answer"]
  .map((name) => `${name}: "{{ clinic.name }} ${name} {{ clinic.phone }}"\n`)
  .join("");
