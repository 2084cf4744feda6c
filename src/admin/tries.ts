import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { PageProblem } from "./pageProblem.ts";

/** Wrong passwords that an account stands in a quarter of an hour, wherever they are typed. */
const TRIES = 10;
const QUARTER_OF_AN_HOUR_S = 15 * 60;

/** Counts the wrong passwords of each account in this process. */
export interface Tries {
  /**
   * Lets a password be tried for the account of `email`, which counts where the answer is no. Throws a
   * PageProblem with status 429 where too many were wrong.
   */
  of(email: string, attempt: () => Promise<Response>): Promise<Response>;
}

/** Nothing tried as yet. Of second factors the sign-in library counts its own. */
export function openTries(): Tries {
  const wrong = new RateLimiterMemory({ points: TRIES, duration: QUARTER_OF_AN_HOUR_S });
  return {
    async of(email, attempt) {
      const account = email.trim().toLowerCase();
      // Counted before it is known to be wrong: many at once must not all be let through.
      await wrong.consume(account).catch((refused: unknown) => {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        throw new PageProblem(429, "Too many tries", "Wait a quarter of an hour, then try again.");
      });
      const answer = await attempt();
      if (answer.ok) await wrong.reward(account);
      return answer;
    },
  };
}
