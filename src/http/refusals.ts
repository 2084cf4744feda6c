import { refusalWords } from "../domain/refusalWords.ts";
import type { Refusal } from "../domain/replay.ts";
import type { Reminder } from "../ledger/reminders.ts";
import { HttpProblem } from "./problem.ts";

/** The refusal of an action on a reminder: why it is left as it is, and what to do instead. */
export function actionRefused(refusal: Refusal, reminder: Reminder): HttpProblem {
  return new HttpProblem(409, refusal.code, refusalWords(refusal, reminder));
}
