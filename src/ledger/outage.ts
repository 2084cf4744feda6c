/**
 * SQLSTATE classes of a server that cannot be reached, lets nobody in, lacks resources or shuts down (08,
 * 28, 53, 57P), of one that takes no writes (25006: a standby), undid this one for another's sake (40001,
 * 40P01) or would wait no longer (55P03, 57014), of an engine that has failed (XX000), and what the network
 * says.
 */
const CODES =
  /^(08|28|53|57P|57014|25006|40001|40P01|55P03|XX000|ECONN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)/;

/** What `pg` says, without a code, of a connection that is lost or does not come about. */
const MESSAGES =
  /^(Connection terminated|Client (was closed|has encountered a connection error)|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end)/;

/** True where the ledger is out of reach, so that the same request may well succeed later. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return CODES.test(code) || MESSAGES.test(error.message);
}
