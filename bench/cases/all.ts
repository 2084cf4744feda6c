import type { Case } from "../bench.ts";
import { boot } from "./boot.ts";
import { burst } from "./burst.ts";
import { enrol } from "./enrol.ts";
import { pending } from "./pending.ts";
import { render } from "./render.ts";
import { scaleOut } from "./scaleOut.ts";
import { steady } from "./steady.ts";
import { wakeup } from "./wakeup.ts";

/** Every case, in the order in which they run and are told of. */
export const CASES: readonly Case[] = [
  burst,
  steady,
  enrol,
  scaleOut,
  pending,
  render,
  boot,
  wakeup,
];
