import type { Bench } from "./bench.ts";

/** One of several things that are measured beside each other. */
export interface Variant<Result> {
  name: string;
  /** What the program is compared with: where it fails a round, that round is left out and said. */
  isBaseline?: boolean;
  run: () => Promise<Result>;
}

/**
 * Measures every variant once a round. The order turns from round to round, so that none always follows the
 * same one, and every other round goes backwards. Returns the results of each, in the order of the rounds.
 */
export async function inRounds<Result>(
  { rounds, progress }: Pick<Bench, "rounds" | "progress">,
  what: string,
  variants: readonly Variant<Result>[],
): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of orderOf(variants, round)) {
      progress(`${what}, round ${round + 1} of ${rounds}: ${variant.name}`);
      try {
        results.get(variant.name)?.push(await variant.run());
      } catch (error) {
        if (!variant.isBaseline) throw error;
        process.stderr.write(`\nbench: ${what}: ${variant.name} failed: ${String(error)}\n`);
      }
    }
  }
  return results;
}

function orderOf<T>(things: readonly T[], round: number): T[] {
  const from = round % things.length;
  const turned = [...things.slice(from), ...things.slice(0, from)];
  return round % 2 === 0 ? turned : turned.toReversed();
}
