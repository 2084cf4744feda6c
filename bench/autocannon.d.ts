/** As much of autocannon as the bench uses: it has no types of its own. */
declare module "autocannon" {
  interface Request {
    body?: string;
  }
  interface Options {
    url: string;
    connections: number;
    amount: number;
    /** Seconds. */
    timeout: number;
    requests: {
      method: string;
      path: string;
      headers: Record<string, string>;
      setupRequest: (request: Request) => Request;
    }[];
  }
  interface Instance extends Promise<{ errors: number; timeouts: number }> {
    on(
      event: "response",
      listener: (client: unknown, status: number, bytes: number, ms: number) => void,
    ): this;
  }
  export default function autocannon(options: Options): Instance;
}
