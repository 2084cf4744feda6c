/** Which requests a fault is for: all sends, unless it says otherwise. */
export interface FaultTarget {
  /** Sends, or the reading of messages. */
  on?: "send" | "read";
  /** Only this number. */
  to?: string;
  /** Only texts that hold this. */
  body?: string;
  /** Only this share of them, from 0 to 1, at random. */
  share?: number;
}

/** What the fake does in place of its proper answer. */
export type Fault =
  | { do: "refuse"; status: number; code: number; message: string; retryAfter: number | null }
  /** `keep`: the message is taken all the same. */
  | { do: "html"; status: number; keep: boolean }
  | { do: "cut"; keep: boolean }
  | { do: "hang"; keep: boolean };

interface Rule {
  fault: Fault;
  target: FaultTarget;
  left: number;
}

/** The faults that a test has asked for; the oldest that fits a request is used up first. */
export interface Faults {
  add(fault: Fault, times: number, target: FaultTarget): void;
  /** The fault for this request, if there is one. */
  take(on: "send" | "read", params: Readonly<Record<string, string>>): Fault | null;
  /** Refuses sends as too many, where more than so many would be within a second. */
  throttle(perSecond: number): void;
  clear(): void;
}

const TOO_MANY: Fault = {
  do: "refuse",
  status: 429,
  code: 20429,
  message: "Too Many Requests",
  retryAfter: 1,
};

export function createFaults(now: () => number): Faults {
  let rules: Rule[] = [];
  let most = Infinity;
  let lately: number[] = [];
  return {
    add(fault, times, target) {
      rules.push({ fault, target, left: times });
    },
    take(on, params) {
      const rule = rules.find(
        ({ target }) =>
          (target.on ?? "send") === on &&
          (target.to === undefined || target.to === params.To) &&
          (target.body === undefined || (params.Body ?? "").includes(target.body)) &&
          (target.share === undefined || Math.random() < target.share),
      );
      if (!rule) return on === "send" ? tooMany() : null;
      rule.left -= 1;
      if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
      return rule.fault;
    },
    throttle(perSecond) {
      most = perSecond;
    },
    clear() {
      rules = [];
      most = Infinity;
    },
  };

  function tooMany(): Fault | null {
    lately = lately.filter((at) => at > now() - 1_000);
    if (lately.length >= most) return TOO_MANY;
    lately.push(now());
    return null;
  }
}
