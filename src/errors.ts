/** Every code an AppError can carry. http/problem.ts gives each one its HTTP status. */
export type ErrorCode =
  | "bad_config"
  | "bad_content"
  | "data_dir_locked"
  | "ledger_unavailable"
  | "not_found"
  | "protocol_changed"
  | "usage";

/**
 * A failure that its reader can act on: `message` says what happened and what to do, and holds no
 * name, number, address or text of a patient, because messages reach logs.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * An error in words that are safe to log: our own message, else only the kind and code of the
 * error. Messages of drivers can quote what they were given, and that may be a patient's.
 */
export function describeError(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}`;
}
