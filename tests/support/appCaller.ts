/** An answer of the program. */
export interface HttpAnswer<T> {
  status: number;
  headers: Headers;
  /** The body as it came, and read as JSON where it is some. */
  text: string;
  body: T;
}

/** How a refusal looks (RFC 9457). */
export interface ProblemAnswer {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

export interface CallOptions {
  /** Sent as JSON; a string or bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** One who calls the program over HTTP. */
export interface Caller {
  get<T = ProblemAnswer>(path: string, options?: CallOptions): Promise<HttpAnswer<T>>;
  post<T = ProblemAnswer>(
    path: string,
    body?: unknown,
    headers?: CallOptions["headers"],
  ): Promise<HttpAnswer<T>>;
  call<T = ProblemAnswer>(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<HttpAnswer<T>>;
}

/** Calls the program at `address`, with an API key unless it is null, and these headers each time. */
export function callerAt(
  address: string,
  key: string | null,
  headers: Record<string, string> = {},
): Caller {
  async function call<T>(method: string, path: string, options: CallOptions = {}) {
    const sent = options.body;
    const raw = typeof sent === "string" || sent instanceof Uint8Array;
    const response = await fetch(address + path, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(sent !== undefined && { "content-type": "application/json" }),
        ...headers,
        ...options.headers,
      },
      ...(sent !== undefined && {
        body: raw ? (sent as string | Uint8Array<ArrayBuffer>) : JSON.stringify(sent),
      }),
    });
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
    const body = (json ? JSON.parse(text) : null) as T;
    return { status: response.status, headers: response.headers, text, body };
  }
  return {
    call,
    get: (path, options) => call("GET", path, options),
    post: (path, body, more = {}) => call("POST", path, { body, headers: more }),
  };
}
