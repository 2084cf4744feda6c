import type { Case } from "../bench.ts";
import { burst } from "./burst.ts";
import { enrol } from "./enrol.ts";
import { pending } from "./pending.ts";
import { scaleOut } from "./scaleOut.ts";
import { steady } from "./steady.ts";
import { wakeup } from "./wakeup.ts";

/** Every case, in the order in which they run and are told of. */
export const CASES: readonly Case[] = [burst, steady, enrol, pending, scaleOut, wakeup];
