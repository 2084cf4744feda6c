import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A played Twilio that takes `latencyMs` for every message. */
export interface Provider {
  latencyMs: number;
  /** What makes the program text through it. */
  env: Record<string, string>;
  /** When messages came in, by number, the oldest first, in milliseconds of the machine's clock. */
  arrivals: () => Promise<[to: string, at: number][]>;
  close: () => void;
}

/** Starts one in a process of its own, so that it costs the bench and the program nothing. */
export async function startProvider(latencyMs: number): Promise<Provider> {
  const script = fileURLToPath(new URL("provider.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, String(latencyMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const url = `http://127.0.0.1:${String(port).trim()}`;
  return {
    latencyMs,
    env: {
      TWILIO_ACCOUNT_SID: `AC${"0123456789abcdef".repeat(2)}`,
      TWILIO_AUTH_TOKEN: "fedcba9876543210fedcba9876543210",
      TWILIO_FROM: "+12125550100",
      TWILIO_BASE_URL: url,
    },
    arrivals: async () => (await (await fetch(url)).json()) as [string, number][],
    close() {
      process.removeListener("exit", kill);
      kill();
    },
  };
}
